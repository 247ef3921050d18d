import { describe, expect, test } from '@jest/globals';
import type { ProviderId } from '../core/cluster.ts';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient, KubeObject } from '../core/kube.ts';
import type { Progress } from '../core/progress.ts';
import { fakeWorld } from '../testing/fake-cluster.ts';
import { awaitEarlierRuns } from './earlier-runs.ts';

function podOf(run: string, finalizers: readonly string[] = []): KubeObject {
  const metadata = { name: 'web', namespace: `ns-${run}`, labels: { 'podproof.dev/run': run }, finalizers };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: 'worker', containers: [] },
    status: { phase: 'Running' },
  };
}

/** An API server with one pod, which a deletion marks and the last finalizer keeps; `stays` keeps it for ever. */
function server(pod: KubeObject, stays = false): { kube: KubeClient; patches: string[] } {
  let left: KubeObject[] = [pod];
  const patches: string[] = [];
  const sweep = (): void => {
    left = left.filter(
      ({ metadata }) =>
        stays || metadata.deletionTimestamp === undefined || String(metadata['finalizers']) !== '',
    );
  };
  const kube: KubeClient = {
    ...fakeWorld().kube,
    list: (kind) => Promise.resolve(kind === 'Pod' ? left : []),
    delete: () => {
      left = left.map((one) => ({ ...one, metadata: { ...one.metadata, deletionTimestamp: 'now' } }));
      return Promise.resolve(sweep());
    },
    patch: (_, { name, namespace }, change) => {
      patches.push(`${String(namespace)}/${name} ${JSON.stringify(change)}`);
      left = left.map((one) => ({ ...one, metadata: { ...one.metadata, finalizers: [] } }));
      sweep();
      return Promise.resolve(pod);
    },
  };
  return { kube, patches };
}

function noted(): { progress: Progress; said: string[] } {
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  return { progress: { step: () => ({ update: () => undefined, done: note, fail: note }) }, said };
}

const HELD = podOf('abc', ['example.com/wait']);

function waitFor(kube: KubeClient, provider: ProviderId, progress: Progress, goneMs = 2000): Promise<void> {
  const deadline = Deadline.in(5000, 'the test');
  return awaitEarlierRuns({ kube, cluster: { provider }, deadline, progress, patienceMs: 50, goneMs });
}

describe('pods of earlier runs', () => {
  test('are removed, and nothing is said of finalizers where there are none', async () => {
    const { kube, patches } = server(podOf('abc'));
    const { progress, said } = noted();
    await waitFor(kube, 'kind', progress);
    expect([patches, said]).toEqual([[], ['their pods are gone']]);
  });

  test('that a finalizer holds go without it on a cluster of ours, which is told', async () => {
    const { kube, patches } = server(HELD);
    const { progress, said } = noted();
    await waitFor(kube, 'kind', progress);
    expect(patches).toEqual(['ns-abc/web {"metadata":{"finalizers":null}}']);
    expect(said).toEqual(['removed together with example.com/wait on pod ns-abc/web']);
  });

  test('keep their finalizer on a cluster of somebody else, and the error names it with a way on', async () => {
    const { kube, patches } = server(HELD);
    const { progress, said } = noted();
    await expect(waitFor(kube, 'attached', progress)).rejects.toMatchObject({
      code: 'EARLIER_PODS_STAY',
      message: 'Pods of earlier runs do not go: pod ns-abc/web of run abc (finalizer example.com/wait).',
      hint: expect.stringContaining('kubectl patch pod'),
    });
    expect([patches, said]).toEqual([[], ['their pods stay']]);
  });

  test('that do not go for another reason are named with their node', async () => {
    const { kube, patches } = server(podOf('abc'), true);
    const { progress } = noted();
    await expect(waitFor(kube, 'kind', progress, 300)).rejects.toMatchObject({
      code: 'EARLIER_PODS_STAY',
      message: expect.stringContaining('pod ns-abc/web of run abc (Running on worker)'),
    });
    expect(patches).toEqual([]);
  });
});
