import { expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { Pod } from '../core/kube.ts';
import { atRest } from './at-rest.ts';

const scheduler = (ready: boolean): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'kube-scheduler', namespace: 'kube-system', uid: '1' },
  spec: { nodeName: 'n', containers: [{ name: 'kube-scheduler', image: 'i' }] },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [
      {
        name: 'kube-scheduler',
        imageID: 'i',
        ready,
        restartCount: 0,
        state: { running: {} },
      },
    ],
  },
});

/** Shows one pod after the other, the last one for ever. */
function showing(...pods: readonly Pod[]) {
  let looks = 0;
  return { get: () => Promise.resolve(pods[Math.min(looks++, pods.length - 1)]), looks: () => looks };
}

test('a pod that is not ready yet is looked at again until it is', async () => {
  const kube = showing(scheduler(false), scheduler(false), scheduler(true));
  const found = await atRest(kube, scheduler(false), Deadline.in(5000, 'the scheduler'));
  expect(found).toEqual(scheduler(true));
  expect(kube.looks()).toBe(3);
});

test('one that never becomes ready is an error with the last state', async () => {
  const kube = showing(scheduler(false));
  await expect(atRest(kube, scheduler(true), Deadline.in(300, 'the scheduler'))).rejects.toThrow(/not ready/);
});
