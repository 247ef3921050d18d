import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterRecord } from '../clusters/cluster-record.ts';
import { resolvePlaces } from '../config/places.ts';
import { Deadline } from '../core/deadline.ts';
import { connectDocker } from '../docker/connect.ts';
import { connect } from '../kube/client.ts';
import type { ObserveReportV1, PodReportV1 } from '../observe/report/report-v1.ts';
import { RUN_LABEL } from '../scenario/prepare.ts';

/** `podproof observe` on a real cluster, which is kept: what is left behind there would stay. */
const MINUTES = 60_000;
const places = resolvePlaces(process.env);
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../observe/fixtures/${name}`, import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], input = ''): { child: ChildProcess; ended: Promise<Ended> } {
  const launch = fileURLToPath(new URL('../launch.js', import.meta.url));
  const child = spawn(process.execPath, [launch, 'observe', '--keep', ...args], { stdio: 'pipe' });
  const text = { stdout: '', stderr: '' };
  child.stdin.end(input);
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, ...text })),
  );
  return { child, ended };
}

/** Everything of any run that is still in the cluster, and what pods made on its nodes. */
async function leftBehind(report: ObserveReportV1): Promise<readonly string[]> {
  const { name = '', nodes = [] } = report.cluster ?? {};
  const folder = join(places.cache, 'clusters', name);
  const deadline = Deadline.in(60_000, 'the look for leftovers');
  const kube = await connect({ kubeconfig: join(folder, 'kubeconfig') });
  const record = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')) as ClusterRecord;
  const docker = await connectDocker({ endpoint: record.endpoint, env: process.env });
  try {
    const selector = { labelSelector: `${RUN_LABEL}=${report.run.id}` };
    const objects = await Promise.all([
      kube.list('Namespace', selector, deadline),
      kube.list('Pod', selector, deadline),
    ]);
    const folders = await Promise.all(
      nodes.map((node) =>
        docker.runner(node, node).run(['find', '/srv', '-mindepth', '1', '-maxdepth', '1'], { deadline }),
      ),
    );
    return [
      ...objects.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ...folders.flatMap(({ stdout }) => stdout.split('\n').filter((path) => path !== '')),
    ];
  } finally {
    docker.close();
    await kube.close();
  }
}

describe('podproof observe', () => {
  let ended: Ended;
  let report: ObserveReportV1;
  const podCalled = (name: string, which = 0): PodReportV1 => {
    const pod = report.pods.filter(({ origin }) => origin.name === name)[which];
    if (pod === undefined) throw new Error(`the report has no pod ${name}`);
    return pod;
  };
  const has = (name: string, words: string): void =>
    expect(podCalled(name).findings.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringContaining(words),
    );

  beforeAll(async () => {
    const files = ['hostile.yaml', 'everything.yaml', 'host-port.yaml', 'fifty.yaml', 'distroless.yaml'];
    ended = await start(['--json', ...files.flatMap((name) => ['-f', fixture(name)])]).ended;
    report = JSON.parse(ended.stdout) as ObserveReportV1;
  }, 8 * MINUTES);

  test('one pod that takes everything: each field with its effect, and a control that has none of it', () => {
    expect(podCalled('everything')).toMatchObject({ outcome: { kind: 'observed' }, danger: 'node' });
    for (const words of [
      "hostNetwork: true → shares the node's network namespace",
      "hostPID: true → shares the node's PID namespace; the control does not",
      "hostIPC: true → shares the node's IPC namespace; the control does not",
      'privileged: true → all ',
      "/host is the node's / (directory, 755, owner 0:0): read and write; the control: an empty directory of its own",
      "/data is the node's /srv/pp/made (directory, 755, owner 0:0): read and write, tried",
    ])
      has('everything', words);
    expect(podCalled('everything').podSecurity).toMatchObject({
      level: 'privileged',
      baseline: [{ reason: 'host namespaces' }, { reason: 'hostPath volumes' }, { reason: 'privileged' }],
    });
    expect(podCalled('everything').control).toMatchObject({
      outcome: { kind: 'observed' },
      podSecurity: { level: 'baseline' },
    });
  });

  test('a host port answers from three places, and from none when the pod is gone', () => {
    const [port] = podCalled('web').findings.filter(({ kind }) => kind === 'host port');
    expect(port?.values).toMatchObject({
      subject: { onNode: 'answers', fromOtherNode: 'answers', fromOutside: 'answers' },
      control: { onNode: 'refused', fromOtherNode: 'refused', fromOutside: 'refused' },
    });
  });

  test.each([
    ['wrong-type', 'API server', 'cannot unmarshal string'],
    ['unschedulable', 'scheduler', 'Unschedulable'],
    ['missing-claim', 'scheduler', 'persistentvolumeclaim "nowhere" not found'],
    ['missing-config', 'kubelet', 'configmap "nowhere" not found'],
    ['missing-secret', 'kubelet', 'secret "nowhere" not found'],
    ['missing-runtime-class', 'admission', 'RuntimeClass "nowhere" not found'],
    ['missing-priority-class', 'admission', 'no PriorityClass with name nowhere'],
    ['missing-scheduler', 'nobody', 'no scheduler called nobody'],
    ['missing-node', 'nobody', 'there is no such node'],
    ['run-as-non-root', 'kubelet', 'image will run as root'],
    ['no-such-program', 'runtime', 'StartError'],
    ['failing-init', 'kubelet', 'init container broken never succeeds: Error, exit 1'],
  ])('%s never runs, says the %s', (name, by, why) => {
    expect(podCalled(name).outcome).toMatchObject({
      kind: 'never runs',
      by,
      why: expect.stringContaining(why),
    });
  });

  test.each([
    'crash-loop',
    'over-soon',
    'huge-output',
    'never-ready',
    'invalid-field',
    'finalizer',
    'with-sidecar',
    'a'.repeat(63),
  ])('%s is observed all the same', (name) => expect(podCalled(name).outcome).toEqual({ kind: 'observed' }));

  test('what cannot be told is exit 4: a missing image, and an init container that never ends', () => {
    expect(podCalled('missing-image').outcome).toMatchObject({
      kind: 'could not tell',
      why: expect.stringContaining('registry.invalid/podproof/nothing:v1 cannot be pulled'),
    });
    // The pod's sandbox shows what the image cannot hide.
    has('missing-image', "hostPID: true → shares the node's PID namespace; the control does not");
    expect(podCalled('endless-init').outcome).toMatchObject({
      kind: 'could not tell',
      why: expect.stringContaining('waiting for init container forever'),
    });
    expect(ended.exitCode).toBe(4);
    expect(report.counts).toMatchObject({ couldNotTell: 2 });
  });

  test('users: another one, and root in a namespace of its own', () => {
    expect(podCalled('twice', 1).pod?.name).toBe('twice-2');
    const identity = (pod: PodReportV1): unknown =>
      pod.findings.find(({ kind }) => kind === 'identity')?.values.subject;
    expect(identity(podCalled('twice', 1))).toMatchObject({
      inPod: { uid: 405, gid: 100 },
      onNode: { uid: 405 },
    });
    const mapped = identity(podCalled('own-users')) as { inPod: { uid: number }; onNode: { uid: number } };
    expect(mapped.inPod.uid).toBe(0);
    expect(mapped.onNode.uid).toBeGreaterThanOrEqual(65_536);
  });

  test('a container without a shell is looked at from the node', () => {
    expect(podCalled('distroless')).toMatchObject({
      outcome: { kind: 'observed' },
      containers: [{ source: 'process' }],
    });
    has(
      'distroless',
      'capabilities: add SYS_ADMIN → no capability; bounding set: the 14 default capabilities and SYS_ADMIN',
    );
    has('distroless', "/mnt/host is the node's /mnt (directory, 755, owner 0:0): read only; the control");
  });

  test('of fifty containers the one that differs is named', () => {
    const [clock] = podCalled('fifty').findings.filter(
      ({ kind, differs }) => kind === 'capabilities' && differs,
    );
    expect(clock).toMatchObject({ containers: ['c07'], danger: 'serious' });
    expect(podCalled('fifty').containers).toHaveLength(50);
  });

  test('what is no pod is listed, warnings are told, and nothing is left behind', async () => {
    expect(report.notObserved).toMatchObject([{ kind: 'Service', name: 'web', line: 9 }]);
    expect(podCalled('invalid-field').notes).toContain(
      'the API server warns: unknown field "spec.hostNetwrok"',
    );
    expect(podCalled('web').notes).toContain(
      'service account nobody-made-this was not given: an empty one without rights stands in',
    );
    expect(report.cleanup.leftovers).toEqual([]);
    expect(await leftBehind(report)).toEqual([]);
  });
});

describe('podproof observe, its other inputs and ends', () => {
  test(
    'standard input and --substitute-image, as a table of at most 100 columns without colours',
    async () => {
      const manifest =
        'apiVersion: v1\nkind: Pod\nmetadata: {name: from-stdin}\nspec:\n  hostIPC: true\n  containers: [{name: c, image: registry.invalid/x/y}]\n';
      const { exitCode, stdout } = await start(['-f', '-', '--substitute-image'], manifest).ended;
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^from-stdin · Pod · on \S+/);
      expect(stdout).toContain('container c runs the substitute for registry.invalid/x/y, command replaced');
      expect(stdout).toMatch(/· shares the node's IPC namespace\s+own IPC namespace\s+hostIPC: true/);
      expect(stdout).not.toContain('\u001b');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    },
    2 * MINUTES,
  );

  test(
    'Ctrl-C is exit 130 with a report of what was done, and leaves nothing',
    async () => {
      const run = start(['--json', '-f', fixture('hostile.yaml')]);
      await new Promise<void>((resolve) => {
        run.child.stderr?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('observing')) resolve();
        });
      });
      setTimeout(() => run.child.kill('SIGINT'), 4000);
      const { exitCode, stdout, stderr } = await run.ended;
      const report = JSON.parse(stdout) as ObserveReportV1;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('INTERRUPTED');
      expect(report.problem).toMatchObject({ code: 'INTERRUPTED' });
      expect(await leftBehind(report)).toEqual([]);
    },
    3 * MINUTES,
  );

  test('an unreadable manifest is exit 2 with its place, before anything is started', async () => {
    const { exitCode, stdout, stderr } = await start(['-f', fixture('unreadable.yaml')]).ended;
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.replaceAll(/\s+/g, '')).toMatch(/unreadable\.yaml:6:1Missingclosing/);
    expect(stderr).not.toContain('engine');
  });
});
