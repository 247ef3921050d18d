import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';
import { isPod, type KubeClient, type Pod, type PodStatus } from '../core/kube.ts';
import { silentProgress } from '../core/progress.ts';
import type { ForeignObject, ObjectSubmitter, Submission } from '../core/submission.ts';
import { exited, fakeWorld, type FakeScript, type FakeWorld } from '../testing/fake-cluster.ts';
import { assignNames } from './manifests/assign-names.ts';
import { readDocuments } from './manifests/read-documents.ts';
import { sortDocuments } from './manifests/sort-documents.ts';
import { observePods } from './observe-pods.ts';
import type { PodReportV1 } from './report/report-v1.ts';

const recorded = (name: string): string =>
  readFileSync(new URL(`./fixtures/recorded/${name}`, import.meta.url), 'utf8');
const PROCESSES = recorded('processes.txt');
const FILES = recorded('files-plain.txt').replaceAll('/171257/', '/171158/');
const CONTAINER = /==> \/proc\/171158\/cgroup <==\n.*\/([0-9a-f]{64})\n/.exec(PROCESSES)?.[1] ?? '';

const statusOf = (): PodStatus => ({
  phase: 'Running',
  containerStatuses: [
    {
      name: 'main',
      ready: true,
      restartCount: 0,
      containerID: `containerd://${CONTAINER}`,
      state: { running: {} },
    },
  ],
});

/** A node with one ordinary process, whoever asks. */
const onNode = ([program, ...words]: readonly string[]): ReturnType<typeof exited> => {
  const asked = words.join(' ');
  if (program === 'ls') return exited(recorded('namespaces.txt'));
  if (program === 'cat') return exited(FILES.replace(/^==> .*status <==\n/, ''));
  if (program === 'head') return exited(asked.includes('16384') ? PROCESSES : FILES);
  if (asked.includes('cgroup')) return exited('/proc/171090/cgroup\n/proc/171158/cgroup\n');
  if (program === 'find')
    return exited(recorded('devices-privileged.txt').replaceAll('/proc/171158/root', ''));
  return exited('');
};

/** The scheduler of this world puts everything on one node that may go anywhere. */
function scheduled(object: ForeignObject): Pod {
  const pod = object as unknown as Pod;
  return { ...pod, spec: { nodeSelector: { 'kubernetes.io/hostname': 'worker-a' }, ...pod.spec } };
}

interface Seen {
  readonly reports: PodReportV1[];
  readonly world: FakeWorld;
  readonly dryRuns: ForeignObject[];
  readonly applied: string[];
}

async function observe(
  yaml: string,
  script: FakeScript & {
    readonly onSubmit?: (object: ForeignObject, dryRun: boolean) => Submission | undefined;
    readonly signal?: AbortSignal;
    readonly withControl?: boolean;
  } = {},
): Promise<Seen> {
  const world = fakeWorld({ statusOf, onNode, ...script });
  const dryRuns: ForeignObject[] = [];
  const submit: ObjectSubmitter['submit'] = async (object, { dryRun, deadline }) => {
    if (dryRun) dryRuns.push(object);
    const scripted = script.onSubmit?.(object, dryRun);
    if (scripted !== undefined) return scripted;
    const accepted = dryRun ? object : await world.kube.create(scheduled(object), deadline);
    return { kind: 'accepted', object: accepted as unknown as Pod, warnings: [] };
  };
  const kube: KubeClient & ObjectSubmitter = { ...world.kube, submit };
  const reports: PodReportV1[] = [];
  const applied: string[] = [];
  await observePods({
    placed: assignNames(sortDocuments(readDocuments('x.yaml', yaml).documents)),
    kube,
    cluster: world.cluster,
    runId: 'r1',
    runLabel: 'podproof.dev/run',
    options: { substituteImages: false, withControl: script.withControl ?? true, withEvidence: false },
    deadline: Deadline.in(20_000, 'the test', script.signal),
    step: silentProgress.step(''),
    madePaths: { note: () => Promise.resolve(), remove: () => Promise.resolve([]) },
    onPod: (index, report) => (reports[index] = report),
    onRefused: () => undefined,
    onApplied: (name) => applied.push(name),
  });
  return { reports, world, dryRuns, applied };
}

const pod = (name: string, spec = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  nodeSelector: {kubernetes.io/hostname: worker-a}\n${spec}  containers: [{name: main, image: i}]\n`;

const podsOf = ({ created }: FakeWorld): readonly Pod[] => created.filter(isPod);

describe('observePods', () => {
  test('every pod and its control run in our namespace, on one node, and are taken away again', async () => {
    const { world, reports, dryRuns, applied } = await observe(
      `${pod('a', '  hostPID: true\n')}---\n${pod('b')}`,
    );
    expect(reports.map(({ outcome, control }) => [outcome.kind, control?.removed])).toEqual([
      ['observed', ['hostPID: true']],
      ['observed', undefined],
    ]);
    const pods = podsOf(world);
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(['a', 'a-control', 'b']);
    for (const { metadata, spec } of pods) {
      expect(metadata).toMatchObject({ namespace: 'podproof-r1', labels: { 'podproof.dev/run': 'r1' } });
      expect(spec['activeDeadlineSeconds']).toBe(180);
      expect(spec['nodeSelector']).toEqual({ 'kubernetes.io/hostname': 'worker-a' });
    }
    expect([...world.deleted].sort()).toEqual(['a', 'a-control', 'b']);
    expect(applied.sort()).toEqual(['podproof-r1.a', 'podproof-r1.a-control', 'podproof-r1.b']);
    expect(dryRuns.map(({ metadata }) => (metadata as { namespace: string }).namespace).sort()).toEqual(
      ['baseline', 'baseline', 'baseline', 'restricted', 'restricted', 'restricted'].map(
        (level) => `podproof-r1-${level}`,
      ),
    );
  });

  test('the control goes where the subject went', async () => {
    const sent: ForeignObject[] = [];
    await observe(pod('a', '  hostPID: true\n').replace(/  nodeSelector.*\n/, ''), {
      onSubmit: (object, dryRun) => {
        if (!dryRun) sent.push(object);
        return undefined;
      },
    });
    expect(sent.map(({ spec }) => (spec as { nodeSelector?: unknown }).nodeSelector)).toEqual([
      undefined,
      { 'kubernetes.io/hostname': 'worker-a' },
    ]);
  });

  test('without a control there is one pod less', async () => {
    const { world, reports } = await observe(pod('a', '  hostPID: true\n'), { withControl: false });
    expect(podsOf(world)).toHaveLength(1);
    expect(reports[0]).toMatchObject({ control: null, outcome: { kind: 'observed' } });
  });

  test('what the API server refuses never runs, and the control shows that it is the field’s doing', async () => {
    const { reports } = await observe(pod('a', '  hostPID: true\n'), {
      onSubmit: ({ spec }, dryRun) =>
        !dryRun && (spec as { hostPID?: boolean }).hostPID === true
          ? { kind: 'refused', status: 422, message: 'spec.hostPID: Invalid value', warnings: ['w'] }
          : undefined,
    });
    expect(reports[0]).toMatchObject({
      outcome: { kind: 'never runs', by: 'API server', why: 'spec.hostPID: Invalid value' },
      control: { outcome: { kind: 'observed' } },
      notes: ['the API server warns: w'],
    });
  });

  test('an error about one pod is “could not tell” for that pod alone', async () => {
    const { reports, world } = await observe(`${pod('a')}---\n${pod('b')}`, {
      onCreate: ({ metadata }) => {
        if (metadata.name === 'a') throw new InfrastructureError('API_SERVER_ERROR', 'boom');
      },
    });
    expect(reports.map(({ outcome }) => outcome)).toEqual([
      { kind: 'could not tell', why: 'boom' },
      { kind: 'observed' },
    ]);
    expect(world.deleted).toEqual(['b']);
  });

  test('a node that answers nonsense is “could not tell”, and the pod still goes', async () => {
    const { reports, world } = await observe(pod('a'), { onNode: () => exited('nonsense') });
    expect(reports[0]?.outcome.kind).toBe('could not tell');
    expect(world.deleted).toContain('a');
  });

  test('a workload is asked about itself; its template runs', async () => {
    const cronJob = `apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  jobTemplate: {spec: {template: {spec: {nodeSelector: {kubernetes.io/hostname: worker-a}, containers: [{name: main, image: i}]}}}}\n`;
    const { reports, world } = await observe(cronJob, {
      onSubmit: ({ kind }) =>
        kind === 'CronJob'
          ? { kind: 'refused', status: 404, message: 'not served', warnings: [] }
          : undefined,
    });
    expect(reports[0]).toMatchObject({
      outcome: { kind: 'observed' },
      notes: ['the API server would refuse the CronJob itself (not served); its pod template was applied'],
    });
    expect(podsOf(world).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Pod c']);
  });

  test('objects of the same file are there first, in a namespace of its own; an account that nobody brought stands in', async () => {
    const account = (name: string): string => `  serviceAccountName: ${name}\n`;
    const given = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: given, namespace: kube-system}\n';
    const { world, reports } = await observe(
      `${given}---\n${pod('a', account('given'))}---\n${pod('b', account('missing'))}`,
    );
    const made = world.created.map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
    );
    expect(made).toContain('ServiceAccount podproof-r1-f1/missing');
    expect(made.indexOf('ServiceAccount podproof-r1-f1/given')).toBeLessThan(
      made.indexOf('Pod podproof-r1-f1/a'),
    );
    expect(made.filter((each) => each.startsWith('ServiceAccount'))).toHaveLength(2);
    expect(reports.map(({ notes }) => notes)).toEqual([
      [],
      ['service account missing was not given: an empty one without rights stands in'],
    ]);
  });

  test('a lost watch and an interruption end the run, with their own reason', async () => {
    const lost = new InfrastructureError('WATCH_LOST', 'the watch is lost');
    const breaks = Promise.reject(lost);
    breaks.catch(() => undefined);
    await expect(observe(pod('a'), { watchBreaks: breaks, statusOf: () => undefined })).rejects.toBe(lost);
    const stop = new AbortController();
    const interrupted = new Error('interrupted');
    setTimeout(() => stop.abort(interrupted), 50);
    await expect(observe(pod('a'), { statusOf: () => undefined, signal: stop.signal })).rejects.toBe(
      interrupted,
    );
  });
});
