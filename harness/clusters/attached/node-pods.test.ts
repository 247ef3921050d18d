import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError, UsageError } from '../../core/errors.ts';
import type { KubeObject } from '../../core/kube.ts';
import { fakeAttachedCluster, type FakeOptions } from './fake-attached.ts';
import { nodePods } from './node-pods.ts';

const NODE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'worker-1' },
  status: { nodeInfo: { bootID: 'boot-1', machineID: 'machine-1' } },
};
const READY = { phase: 'Running', containerStatuses: [{ name: 'look', ready: true }] };
const waiting = (reason: string): object => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'look', ready: false, state: { waiting: { reason, message: `${reason}!` } } }],
});

function pods(options: Omit<FakeOptions, 'uid'>, pull: 'Never' | 'IfNotPresent' = 'Never') {
  const world = fakeAttachedCluster({ uid: 'u', statusOf: () => READY, ...options });
  const { signal } = new AbortController();
  const made = nodePods({
    attachment: 'podproof-abc123',
    kube: world.kube,
    workload: { image: 'w:1', pull },
    signal,
  });
  return { made, world };
}

const itself = (): string => 'boot-1\nmachine-1\n';

describe('nodePods', () => {
  test('one privileged pod per node, however many ask, and evidence that says who looked', async () => {
    const { made, world } = pods({ inPod: itself });
    const runner = made.runner(NODE);
    expect(runner.where).toBe('node worker-1, seen by our own pod podproof-abc123-nodes/look-0');
    const deadline = Deadline.in(5000, 'the test');
    await Promise.all([
      runner.run(['true'], { deadline }),
      made.ensure(NODE),
      runner.run(['id'], { deadline }),
    ]);
    const created = [...world.objects.values()].filter(({ kind }) => kind === 'Pod');
    expect(created).toHaveLength(1);
    expect(created[0]).toMatchObject({
      metadata: { name: 'look-0', namespace: 'podproof-abc123-nodes' },
      spec: {
        nodeName: 'worker-1',
        hostPID: true,
        hostNetwork: true,
        hostIPC: true,
        automountServiceAccountToken: false,
      },
    });
    expect(world.ran).toHaveLength(3);
  });

  test.each([
    ['Never', 'ErrImageNeverPull', ', and no registry has it', /save-images/],
    ['IfNotPresent', 'ImagePullBackOff', ': ImagePullBackOff!', /can pull/],
  ] as const)(
    'without the image (%s) it says on which node, and what to do',
    async (pull, reason, why, hint) => {
      const { made } = pods({ statusOf: () => waiting(reason) }, pull);
      await expect(made.ensure(NODE)).rejects.toMatchObject({
        code: 'WORKLOAD_MISSING',
        exitCode: 3,
        message: expect.stringContaining(`Node worker-1 has no image w:1${why}`),
        hint: expect.stringMatching(hint),
      });
    },
  );

  test.each([
    ['another boot id', 'boot-2\nmachine-1\n', 'NODE_MISTAKEN'],
    ['another machine id', 'boot-1\nmachine-2\n', 'NODE_MISTAKEN'],
    ['nothing', undefined, 'NODE_NOT_SEEN'],
  ])('a pod that sees %s is not believed', async (_title, seen, code) => {
    const { made } = pods({ inPod: () => seen });
    await expect(made.ensure(NODE)).rejects.toMatchObject({ code, exitCode: 4 });
  });

  test('a container that the cluster puts beside it answers for nobody', async () => {
    const statusOf = (): object => ({
      phase: 'Running',
      containerStatuses: [
        { name: 'a-proxy', ready: true },
        { name: 'look', ready: false, state: { waiting: { reason: 'ErrImageNeverPull' } } },
      ],
    });
    const { made } = pods({ statusOf });
    await expect(made.ensure(NODE)).rejects.toMatchObject({ code: 'WORKLOAD_MISSING' });
  });

  test('a pod that ended is taken away, and another one looks', async () => {
    const states = [{ phase: 'Failed', reason: 'Evicted', message: 'disk' }, READY];
    const { made, world } = pods({ statusOf: () => states.shift() ?? READY, inPod: itself });
    await expect(made.ensure(NODE)).rejects.toMatchObject({
      code: 'NODE_NOT_SEEN',
      message: expect.stringContaining('Evicted (disk)'),
      hint: expect.stringContaining('cordon'),
    });
    await expect(made.ensure(NODE)).resolves.toBeDefined();
    expect(world.deleted).toEqual(['Pod look-0']);
  });

  test.each([
    ['a policy', new UsageError('MANIFEST_REJECTED', 'admission webhook "p.example" denied the request')],
    ['missing rights', new InfrastructureError('API_FORBIDDEN', 'forbidden', { context: { status: 403 } })],
  ])('a pod of ours that %s refuses is no mistake of a manifest: exit 3', async (_who, error) => {
    const { made } = pods({ trouble: (call) => (call === 'create' ? error : undefined) });
    await expect(made.ensure(NODE)).rejects.toMatchObject({
      exitCode: 3,
      code: 'OWN_OBJECT_REFUSED',
      message: expect.stringContaining(error.message),
      hint: expect.stringContaining('podproof.dev/attachment'),
    });
  });

  test('a start that failed is tried again by the next who asks', async () => {
    let answer: string | undefined;
    const { made } = pods({ inPod: () => answer });
    await expect(made.ensure(NODE)).rejects.toMatchObject({ code: 'NODE_NOT_SEEN' });
    answer = itself();
    await expect(made.ensure(NODE)).resolves.toBeDefined();
  });
});
