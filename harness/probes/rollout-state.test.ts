import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../core/kube.ts';
import { rolloutState } from './rollout-state.ts';

const deployment = (generation: number, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'rollout-host-port', generation },
  spec: { replicas: 1 },
  status,
});

/** As Kubernetes 1.37 reports it; conditions other than Progressing left out. */
const progressing = (status: string, reason: string, message: string): object => ({
  conditions: [
    { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
    { type: 'Progressing', status, reason, message },
  ],
});
const DONE = {
  observedGeneration: 2,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  terminatingReplicas: 1,
  ...progressing('True', 'NewReplicaSetAvailable', 'ReplicaSet "r-2" has successfully progressed.'),
};
const BOTH = { ...DONE, replicas: 2, unavailableReplicas: 1, terminatingReplicas: 0 };

describe('rolloutState', () => {
  test('complete when old pods are gone and new ones available', () => {
    expect(rolloutState(deployment(2, DONE))).toEqual({ kind: 'complete' });
  });

  test('a status that is older than the change says nothing: it is that of the last revision', () => {
    expect(rolloutState(deployment(3, DONE)).kind).toBe('moving');
    expect(
      rolloutState(deployment(3, { ...BOTH, ...progressing('False', 'ProgressDeadlineExceeded', 'm') })).kind,
    ).toBe('moving');
  });

  test('moving while an old pod is there, whatever the new one does', () => {
    expect(
      rolloutState(deployment(2, { ...BOTH, ...progressing('True', 'ReplicaSetUpdated', 'is progressing') })),
    ).toEqual({ kind: 'moving', seen: '1 of 1 updated, 1 available, 2 in all' });
    expect(rolloutState(deployment(1, {})).kind).toBe('moving');
  });

  test('late in the controller’s own words', () => {
    const message = 'ReplicaSet "r-2" has timed out progressing.';
    expect(
      rolloutState(deployment(2, { ...BOTH, ...progressing('False', 'ProgressDeadlineExceeded', message) })),
    ).toEqual({ kind: 'late', message: `ProgressDeadlineExceeded: ${message}` });
  });
});
