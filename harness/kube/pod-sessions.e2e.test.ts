import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import { isPod, type KubeClient } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';
import { E2eNamespace, e2eSetting, within } from '../testing/e2e-namespace.ts';
import { connect } from './client.ts';

type Argv = [string, ...string[]];

const cleanup = new AsyncDisposableStack();
let kube: KubeClient;
/** Each command an exec of its own, as the API server offers it. */
let plain: KubeClient;
let space: E2eNamespace;

beforeAll(async () => {
  const kubeconfig = e2eSetting('PODPROOF_E2E_KUBECONFIG');
  plain = await connect({ kubeconfig, confirmExits: false });
  cleanup.defer(() => plain.close());
  kube = await connect({ kubeconfig });
  cleanup.defer(() => kube.close());
  space = cleanup.use(await E2eNamespace.create(kube));
  await space.start('web');
}, 90_000);

afterAll(() => cleanup.disposeAsync(), 60_000);

function inPod(name: string, client = kube): CommandRunner {
  return client.podRunner({ namespace: space.name, name });
}

function run(argv: Argv, options: Partial<RunOptions> = {}): Promise<CommandResult> {
  return inPod('web').run(argv, { deadline: within(30), ...options });
}

async function processesOf(name: string): Promise<readonly string[]> {
  const { stdout } = await inPod(name, plain).run(['ps', '-o', 'args'], { deadline: within(20) });
  return stdout.split('\n').filter((line) => !['COMMAND', 'ps -o args', ''].includes(line));
}

/** Waits until no process of the pod has this in its command line. */
async function goneFrom(name: string, unwanted: RegExp): Promise<void> {
  await poll(
    async () => {
      const seen = await processesOf(name);
      return seen.some((line) => unwanted.test(line)) ? pending(seen.join(' | ')) : done(seen);
    },
    { deadline: within(10) },
  );
}

describe('commands in a session', () => {
  test('have streams, words and an exit code of their own', async () => {
    expect(await run(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toMatchObject({
      kind: 'exited',
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ kind: 'signalled', signal: 'SIGKILL' });
    const words = ['a b', '$(id)', "'", '"', '*', '', '&x=1', '%2e', 'ü🐳', '\n'];
    const result = await run(['sh', '-c', 'for w in "$@"; do printf "[%s]" "$w"; done', '-', ...words]);
    expect(result.stdout).toBe(words.map((word) => `[${word}]`).join(''));
    const stdin = randomBytes(300_000).toString('hex');
    expect(await run(['wc', '-c'], { stdin })).toMatchObject({ stdout: '600000\n' });
    expect(await run(['cat'])).toMatchObject({ kind: 'exited', stdout: '' });
    expect(await run(['no-such-program'])).toMatchObject({
      kind: 'notStarted',
      why: expect.stringContaining('no-such-program'),
    });
    expect(await processesOf('web')).toEqual(['sleep 1d', '/usr/bin/session', '/usr/bin/session serve']);
  }, 60_000);

  test('give whole output each time, however many are waiting', async () => {
    const wanted = `${Array.from({ length: 2000 }, (_, i) => String(i + 1)).join('\n')}\n`;
    const results = await Promise.all(Array.from({ length: 50 }, () => run(['seq', '2000'])));
    for (const result of results) expect(result).toMatchObject({ kind: 'exited', stdout: wanted });
  }, 60_000);

  test('survive 200 MiB of output that is not text, in little memory on both sides', async () => {
    const before = process.memoryUsage().rss;
    const result = await run(['dd', 'if=/dev/urandom', 'bs=1048576', 'count=200'], { deadline: within(90) });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0, truncated: true });
    expect(result.stderr).toContain('200+0 records out');
    expect(result.stdout.length).toBeLessThanOrEqual(1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    const { stdout } = await run(['sh', '-c', 'grep VmHWM "/proc/$PPID/status"']);
    expect(Number(/(\d+) kB/.exec(stdout)?.[1])).toBeLessThan(20 * 1024);
  }, 100_000);

  test('are killed with their session and their children at the deadline', async () => {
    // One child leaves the process group of its command, one its parent as well.
    const script = 'setsid sleep 4723 >/dev/null 2>&1 & (setsid sleep 4724 &); sleep 4721; true';
    expect(await run(['sh', '-c', script], { deadline: within(1) })).toMatchObject({ kind: 'timedOut' });
    await goneFrom('web', /472\d|session/);
    expect(await run(['echo', 'next'])).toMatchObject({ kind: 'exited', stdout: 'next\n' });
  }, 60_000);

  test('are killed when the runtime kills what it started, as it does when a stream breaks on the node', async () => {
    await space.start('cut');
    const pod = inPod('cut');
    const outer = '$(sed -n "s/^PPid:\\t//p" "/proc/$PPID/status")';
    const script = `kill -9 "${outer}"; sleep 4722; true`;
    expect(await pod.run(['sh', '-c', script], { deadline: within(30) })).toMatchObject({
      kind: 'inconclusive',
      why: expect.stringContaining('exit 137'),
    });
    // The PID 1 of this pod asks nobody how it ended, so the inner process may leave a zombie: `[session]`.
    await goneFrom('cut', /4722|\/usr\/bin\/session/);
    expect(await pod.run(['echo', 'next'], { deadline: within(30) })).toMatchObject({
      kind: 'exited',
      stdout: 'next\n',
    });
  }, 60_000);
});

/** Lines of /proc/self/status that differ from process to process. */
const PER_PROCESS = /^(Tgid|Pid|PPid|NS\w+|SigQ|Vm\w+|Rss\w+|\w+_ctxt_switches):/;

const QUESTIONS: readonly Argv[] = [
  ['cat', '/proc/self/status'],
  ['sh', '-c', 'for n in /proc/self/ns/*; do readlink "$n"; done'],
  ['cat', '/proc/self/limits'],
  ['cat', '/proc/self/cgroup', '/proc/self/oom_score_adj'],
  ['cat', '/proc/self/mountinfo'],
  ['ls', '/proc/self/fd'],
  ['env'],
  ['id'],
  ['sh', '-c', 'pwd; umask'],
];

describe('a command in a session is what exec would have made of it', () => {
  test.each<[string, object, object]>([
    ['plain', {}, {}],
    [
      'restricted',
      {},
      {
        securityContext: {
          runAsUser: 405,
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
    ['host', { hostPID: true, hostIPC: true, hostNetwork: true }, {}],
    ['privileged', {}, { securityContext: { privileged: true } }],
    ['user-namespace', { hostUsers: false }, {}],
    ['shared', { shareProcessNamespace: true }, {}],
    ['other-path', {}, { env: [{ name: 'PATH', value: '/bin' }], workingDir: '/tmp' }],
  ])(
    'in a pod %s',
    async (name, spec, container) => {
      await space.start(name, spec, container);
      const parent = await inPod(name).run(['sh', '-c', 'tr "\\0" " " < "/proc/$PPID/cmdline"'], {
        deadline: within(20),
      });
      expect(parent.stdout).toBe('/usr/bin/session serve ');
      for (const argv of QUESTIONS) {
        const [inSession, byExec] = [await answerOf(kube), await answerOf(plain)];
        expect(inSession).toEqual(byExec);
        async function answerOf(client: KubeClient): Promise<object> {
          const result = await inPod(name, client).run(argv, { deadline: within(20) });
          expect(result).toMatchObject({ kind: 'exited', exitCode: 0 });
          const lines = result.stdout.split('\n').filter((line) => !PER_PROCESS.test(line));
          expect(lines.length).toBeGreaterThan(1);
          return { argv, lines: argv[0] === 'env' ? lines.toSorted() : lines, stderr: result.stderr };
        }
      }
      await kube.delete('Pod', { namespace: space.name, name }, within(10), 0);
    },
    90_000,
  );
});

describe('a session dies with its container', () => {
  test.each<[string, object]>([
    ['again', {}],
    ['again-host', { hostPID: true }],
    ['again-shared', { shareProcessNamespace: true }],
  ])(
    'that is restarted (pod %s)',
    async (name, spec) => {
      // Kubernetes makes one dollar of two.
      await space.start(name, spec, { command: ['sh', '-c', 'echo $$$$ > /main; exec idle'] });
      const pod = inPod(name);
      const ask = (argv: Argv): Promise<CommandResult> => pod.run(argv, { deadline: within(20) });
      expect(await ask(['touch', '/first'])).toMatchObject({ kind: 'exited', exitCode: 0 });
      const kill = 'kill "$(cat /main)"; sleep 30; echo survived';
      expect(await ask(['sh', '-c', kill])).toMatchObject({ kind: 'inconclusive' });
      // From here on only the new container, which has no such file, may answer.
      const answered = await poll(
        async () => {
          const result = await ask(['ls', '/first']);
          return result.kind === 'exited' ? done(result) : pending(result.kind);
        },
        { deadline: within(30) },
      );
      expect(answered).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('No such file') });
      const object = await kube.get('Pod', { namespace: space.name, name }, within(10));
      expect(isPod(object) && object.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    },
    90_000,
  );

  test('and does not speak for another pod of the same name', async () => {
    const version = (value: string): object => ({ env: [{ name: 'VERSION', value }] });
    const name = 'twice';
    await space.start(name, {}, version('1'));
    const ask = (): Promise<CommandResult> =>
      inPod(name).run(['sh', '-c', 'echo "$VERSION"'], { deadline: within(20) });
    expect(await ask()).toMatchObject({ kind: 'exited', stdout: '1\n' });
    await kube.delete('Pod', { namespace: space.name, name }, within(10), 0);
    await space.start(name, {}, version('2'));
    expect(await ask()).toMatchObject({ kind: 'exited', stdout: '2\n' });
  }, 90_000);
});

describe('without the session program', () => {
  test.each<[string, number]>([
    ['not-executable', 0o644],
    ['another-program', 0o755],
  ])(
    'each command is an exec of its own (%s)',
    async (name, defaultMode) => {
      const metadata = { name, namespace: space.name };
      const data = { session: '#!/bin/sh\necho usage: session NAME\n' };
      await kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, within(10));
      const volumes = [{ name: 'program', configMap: { name, defaultMode } }];
      const volumeMounts = [{ name: 'program', mountPath: '/usr/bin/session', subPath: 'session' }];
      await space.start(name, { volumes }, { volumeMounts });
      for (let i = 0; i < 2; i += 1) {
        const result = await inPod(name).run(['sh', '-c', 'echo $PPID; exit 5'], { deadline: within(20) });
        expect(result).toMatchObject({ kind: 'exited', exitCode: 5 });
      }
      expect(await processesOf(name)).toEqual(['sleep 1d']);
    },
    90_000,
  );
});
