import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { done, pending } from '../core/poll.ts';
import { createTurnstile } from '../core/turnstile.ts';
import type { Scene } from '../core/under-test.ts';
import { fakeWorld } from '../testing/fake-cluster.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createScene } from './scene.ts';

const event = { type: 'Warning', reason: 'FailedScheduling', message: 'm', source: 'scheduler', count: 1 };

function open(): { readonly scene: Scene; readonly recorder: Recorder } {
  const recorder = createRecorder();
  const scene = createScene({
    ...fakeWorld({ events: [event] }),
    runId: 'abc123',
    nonce: 'n',
    namespace: 'podproof-abc123',
    deadline: Deadline.in(5000, 'the test'),
    recorder,
    turnstile: createTurnstile(1),
    pods: new Map(),
  });
  return { scene, recorder };
}

describe('scene', () => {
  test('events about any object of the cluster are asked by its uid, as evidence', async () => {
    const { scene, recorder } = open();
    const metadata = { name: 'd-1', namespace: 'podproof-abc123', uid: 'uid-7' };
    expect(await scene.events({ apiVersion: 'v1', kind: 'Pod', metadata })).toEqual([event]);
    expect(recorder.evidence[0]?.argv.join(' ')).toBe(
      'GET /api/v1/namespaces/podproof-abc123/events?fieldSelector=involvedObject.uid=uid-7',
    );
  });

  test('until looks again until there is something', async () => {
    const { scene } = open();
    let looks = 0;
    const found = await scene.until('the third look', 4000, () => {
      looks += 1;
      return Promise.resolve(looks < 3 ? pending(`look ${String(looks)}`) : done(looks));
    });
    expect(found).toBe(3);
  });

  test('until gives up in its own time, with what was seen last', async () => {
    const { scene } = open();
    const waiting = scene.until('the rollout', 150, () => Promise.resolve(pending('1 of 2 updated')));
    await expect(waiting).rejects.toThrow(/the rollout.*1 of 2 updated/s);
  });

  test('objects are read from the scenario’s namespace, or from another one if it is named', async () => {
    const { scene, recorder } = open();
    await scene.read('Service', 'web');
    await scene.read('Service', 'kube-dns', 'kube-system');
    expect(recorder.evidence.map(({ argv }) => argv[1])).toEqual([
      'Service podproof-abc123/web',
      'Service kube-system/kube-dns',
    ]);
  });
});
