import { describe, expect, test } from '@jest/globals';
import type { ClusterNode } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { isPod, type KubeObject } from '../../core/kube.ts';
import { ScriptedRunner, type ScriptedAnswer } from '../../testing/scripted-runner.ts';
import { fakeAttachedCluster, type FakeOptions } from './fake-attached.ts';
import { registryOf, type AttachedRegistry, type RegistryParts } from './registry.ts';

const deadline = Deadline.in(5000, 'the test');
const IMAGE = 'localhost/podproof/registry:v1';

interface Odd {
  /** Nodes whose containerd lists the image. */
  readonly has?: readonly string[];
  /** What `ctr` answers instead. */
  readonly ctr?: ScriptedAnswer;
  readonly trouble?: FakeOptions['trouble'];
}

/** With an image that has lost its name, as the API of 1.37 tells it. */
function nodeObject(name: string, images: readonly string[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { images: [{ names: null, sizeBytes: 1 }, { names: images }] },
  };
}

/**
 * @param told what `test -e` of containerd's file for the registry answers on every node
 */
function partsOf(
  objects: readonly KubeObject[],
  told: ScriptedAnswer,
  { has = [], ctr, trouble }: Odd = {},
): RegistryParts {
  const world = fakeAttachedCluster({
    uid: 'u',
    ...(trouble === undefined ? {} : { trouble }),
    statusOf: () => ({
      phase: 'Running',
      podIP: '10.1.0.7',
      containerStatuses: [{ name: 'main', ready: true }],
    }),
  });
  const schedulable = objects.map(({ metadata: { name } }): ClusterNode => ({
    name,
    address: '10.0.0.1',
    role: 'worker',
    schedulable: true,
    runner: new ScriptedRunner(([program]) =>
      program === 'ctr' ? (ctr ?? { stdout: has.includes(name) ? `${IMAGE}\n` : '' }) : told,
    ),
  }));
  const workload = { image: 'w:1', pull: 'Never' } as const;
  return { attachment: 'podproof-abc123', kube: world.kube, objects, schedulable, workload };
}

const registry = (
  objects: readonly KubeObject[],
  told: ScriptedAnswer = { exitCode: 1 },
): Promise<AttachedRegistry> => registryOf(partsOf(objects, told), deadline);

const TWO = [nodeObject('a', []), nodeObject('b', ['docker.io/x', IMAGE])];

describe('registryOf', () => {
  test('runs where its image is, and every node reaches it on its loopback address only', async () => {
    const parts = partsOf(TWO, { exitCode: 1 });
    const made = await registryOf(parts, deadline);
    expect(made.lacks).toBeUndefined();
    const { address, prefix, pusher } = await made.start(deadline);
    expect([address, prefix, pusher?.where]).toEqual(['10.1.0.7:5000', 'localhost:5001', 'pod push']);
    const pods = (await parts.kube.list('Pod', {}, deadline)).filter(isPod);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['registry', 'push', 'relay-0', 'relay-1']);
    expect(pods[0]?.spec['nodeSelector']).toEqual({ 'kubernetes.io/hostname': 'b' });
    for (const { metadata, spec } of pods) {
      const ports = spec.containers.flatMap((container) => container['ports']);
      const open = metadata.name.startsWith('relay-') ? { hostPort: 5001, hostIP: '127.0.0.1' } : {};
      expect(ports).toEqual([{ containerPort: 5000, ...open }]);
    }
  });

  test('an image that was loaded a moment ago is found before the kubelet tells of it', async () => {
    const parts = partsOf([nodeObject('a', []), nodeObject('b', [])], { exitCode: 1 }, { has: ['b'] });
    expect((await registryOf(parts, deadline)).why).toContain('on node b,');
  });

  test('there is none where pulled images could not be removed again', async () => {
    const ctr = { notStarted: 'env: ctr: not found' };
    const { lacks } = await registryOf(partsOf(TWO, { exitCode: 1 }, { ctr }), deadline);
    expect(lacks).toMatch(/node a has no containerd that ctr reaches.*env: ctr: not found/);
  });

  test('a start that failed half-way is gone on with by the next who asks', async () => {
    const away = [new InfrastructureError('API_UNREACHABLE', 'ECONNREFUSED')];
    let created = 0;
    const trouble: FakeOptions['trouble'] = (call) =>
      call === 'create' && ++created === 3 ? away.pop() : undefined;
    const parts = partsOf(TWO, { exitCode: 1 }, { trouble });
    const { start } = await registryOf(parts, deadline);
    await expect(start(deadline)).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    await expect(start(deadline)).resolves.toMatchObject({ prefix: 'localhost:5001' });
    expect((await parts.kube.list('Pod', {}, deadline)).length).toBe(4);
  });

  test('its start ends with the run', async () => {
    const run = new AbortController();
    const parts = partsOf(TWO, { exitCode: 1 });
    const kube = { ...parts.kube, get: () => Promise.resolve(undefined) };
    const made = await registryOf({ ...parts, kube }, Deadline.in(5000, 'the run', run.signal));
    const starting = made.start(Deadline.in(1500, 'the scenario'));
    run.abort(new Error('interrupted'));
    await expect(starting).rejects.toThrow('interrupted');
  });

  test.each<[string, readonly KubeObject[], ScriptedAnswer, RegExp]>([
    [
      'no node has the image',
      [nodeObject('a', [])],
      { exitCode: 1 },
      /no node that takes pods has the image/,
    ],
    ['containerd was told otherwise', TWO, { exitCode: 0 }, /node a looks for localhost:5001 elsewhere/],
    ['a node does not say', TWO, { notStarted: 'gone' }, /node a not started: gone/],
    [
      'there are too many nodes',
      Array.from({ length: 25 }, (_, index) => nodeObject(`n${String(index)}`, [IMAGE])),
      { exitCode: 1 },
      /25 nodes/,
    ],
  ])('there is none when %s, and the reason is known before the plan', async (_title, objects, told, why) => {
    const none = await registry(objects, told);
    expect(none.lacks).toMatch(why);
    await expect(none.start(deadline)).rejects.toMatchObject({ code: 'NO_REGISTRY' });
  });
});
