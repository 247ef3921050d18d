import { describe, expect, test } from '@jest/globals';
import type { Pod, PodStatus } from '../core/kube.ts';
import { NO_FREE_PORT, podState, restartsOf, withoutPreemption } from './pod-state.ts';

const pod = (status: PodStatus): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'main' }] },
  status,
});
const container = (
  state: NonNullable<NonNullable<PodStatus['containerStatuses']>[number]['state']>,
  ready = false,
): NonNullable<PodStatus['containerStatuses']> => [{ name: 'main', ready, restartCount: 0, state }];

describe('podState', () => {
  test('a pod on its way is moving', () => {
    expect(podState(pod({ phase: 'Pending' })).kind).toBe('moving');
    expect(
      podState(
        pod({ phase: 'Pending', containerStatuses: container({ waiting: { reason: 'ContainerCreating' } }) }),
      ).kind,
    ).toBe('moving');
    expect(podState(pod({ phase: 'Running', containerStatuses: container({ running: {} }) })).kind).toBe(
      'moving',
    );
  });

  test('a started container is running', () => {
    expect(podState(pod({ phase: 'Running', containerStatuses: container({ running: {} }, true) }))).toEqual({
      kind: 'running',
    });
  });

  test('any other waiting reason is a refusal, with the kubelet’s own words', () => {
    const waiting = {
      reason: 'CreateContainerConfigError',
      message: 'container has runAsNonRoot and image will run as root',
    };
    expect(podState(pod({ phase: 'Pending', containerStatuses: container({ waiting }) }))).toEqual({
      kind: 'refused',
      ...waiting,
    });
    expect(
      podState(
        pod({ phase: 'Pending', containerStatuses: container({ waiting: { reason: 'ErrImageNeverPull' } }) }),
      ).kind,
    ).toBe('refused');
  });

  test('a pod that fits nowhere and a pod that failed come to rest too', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
    ];
    expect(podState(pod({ phase: 'Pending', conditions }))).toEqual({
      kind: 'unschedulable',
      message: '0/3 nodes are available',
    });
    expect(podState(pod({ phase: 'Failed', reason: 'NodePorts', message: 'Pod was rejected' }))).toEqual({
      kind: 'ended',
      phase: 'Failed',
      reason: 'NodePorts',
      message: 'Pod was rejected',
    });
  });
});

test('a port that is taken is told in the same words by scheduler and kubelet, with others around them', () => {
  const scheduler =
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't have free ports for the requested pod ports. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.";
  const kubelet =
    "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  expect([scheduler, kubelet].every((message) => message.includes(NO_FREE_PORT))).toBe(true);
  expect(withoutPreemption(scheduler)).toBe(
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't have free ports for the requested pod ports",
  );
  expect(withoutPreemption(kubelet)).toBe(kubelet);
});

describe('restartsOf', () => {
  test('tells what ended and runs again, and nothing of containers in their first life', () => {
    const [main] = container({ running: {} }, true);
    if (main === undefined) throw new Error('no container');
    expect(restartsOf(pod({ containerStatuses: [main] }))).toBeUndefined();
    const again = { ...main, restartCount: 2, lastState: { terminated: { exitCode: 3 } } };
    expect(restartsOf(pod({ containerStatuses: [again] }))).toBe(
      'main ended with exit 3 and was started again',
    );
  });
});
