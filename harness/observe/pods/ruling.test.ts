import { describe, expect, test } from '@jest/globals';
import type { ObjectEvent, Pod } from '../../core/kube.ts';
import { containerViews, type ContainerView } from './container-states.ts';
import { containerRuling, podRuling } from './ruling.ts';

const pod = (status: object, spec: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  status,
});
const event = (reason: string, count: number, message = 'm'): ObjectEvent => ({
  type: 'Warning',
  reason,
  message,
  source: 'kubelet',
  count,
});
const ruling = (
  status: object,
  spec: object = {},
  events: readonly ObjectEvent[] = [],
): ReturnType<typeof podRuling> => podRuling(pod(status, spec), { nodes: ['w1'], events });

describe('podRuling', () => {
  test('the scheduler’s words, also for gates', () => {
    const scheduled = (reason: string, message?: string): object => ({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason, message }],
    });
    expect(ruling(scheduled('Unschedulable', '0/3 nodes are available'))).toEqual({
      kind: 'never',
      by: 'scheduler',
      why: 'Unschedulable: 0/3 nodes are available',
    });
    expect(ruling(scheduled('SchedulingGated'))).toMatchObject({ by: 'scheduler', why: 'SchedulingGated' });
  });

  test('a node or a scheduler that does not exist', () => {
    expect(ruling({ phase: 'Pending' }, { nodeName: 'k8s-control-plane-node' })).toMatchObject({
      kind: 'never',
      why: 'nodeName k8s-control-plane-node: there is no such node',
    });
    expect(ruling({}, { schedulerName: 'volcano' })).toMatchObject({ kind: 'never', by: 'nobody' });
    expect(ruling({}, { nodeName: 'w1' }).kind).toBe('open');
  });

  test('the kubelet’s refusal of a pod it was given', () => {
    expect(ruling({ phase: 'Failed', reason: 'NodePorts', message: 'Pod was rejected' })).toMatchObject({
      kind: 'never',
      by: 'kubelet',
      why: 'NodePorts: Pod was rejected',
    });
    // A pod whose containers failed has run, and so has one that was evicted or whose time was over.
    expect(ruling({ phase: 'Failed' }).kind).toBe('open');
    const containerStatuses = [{ name: 'c', containerID: `containerd://${'a'.repeat(64)}` }];
    expect(ruling({ phase: 'Failed', reason: 'DeadlineExceeded', containerStatuses }).kind).toBe('open');
  });

  test('a mount that fails again and again is a reason, one that failed once in a young namespace is none', () => {
    const text = 'MountVolume.SetUp failed for volume "x" : configmap "y" not found';
    expect(ruling({}, {}, [event('FailedMount', 2, text)]).kind).toBe('open');
    expect(ruling({}, {}, [event('FailedMount', 3, text)])).toMatchObject({
      by: 'kubelet',
      why: `FailedMount: ${text}`,
    });
    expect(ruling({}, {}, [event('FailedCreatePodSandBox', 4)])).toMatchObject({ by: 'runtime' });
    expect(ruling({}, {}, [event('BackOff', 9)]).kind).toBe('open');
  });
});

const view = (status: object): ContainerView => {
  const [first] = containerViews(pod({ containerStatuses: [{ name: 'c', ...status }] }));
  if (first === undefined) throw new Error('there is a container');
  return first;
};
const waiting = (reason: string, message = ''): object => ({ state: { waiting: { reason, message } } });

describe('containerRuling', () => {
  test.each([
    ['ErrImagePull', 'image'],
    ['ImagePullBackOff', 'image'],
    ['ErrImageNeverPull', 'image'],
    ['InvalidImageName', 'never'],
    ['CreateContainerConfigError', 'never'],
    ['CreateContainerError', 'never'],
    ['RunContainerError', 'never'],
    ['ContainerCreating', 'open'],
    ['PodInitializing', 'open'],
    ['CrashLoopBackOff', 'open'],
  ])('%s is %s', (reason, kind) => expect(containerRuling(view(waiting(reason))).kind).toBe(kind));

  test('a node that is only slow refuses nothing', () => {
    const slow = 'failed to create containerd container: context deadline exceeded';
    expect(containerRuling(view(waiting('CreateContainerError', slow))).kind).toBe('open');
    const cache = 'failed to sync configmap cache: timed out waiting for the condition';
    expect(ruling({}, {}, [event('FailedMount', 9, cache)]).kind).toBe('open');
  });

  test('a program that could not be started never runs, whatever it waits for now', () => {
    const message = 'exec: "ncat": executable file not found in $PATH';
    const lastState = { terminated: { reason: 'StartError', exitCode: 128, message } };
    expect(containerRuling(view({ ...waiting('CrashLoopBackOff'), lastState }))).toEqual({
      kind: 'never',
      by: 'runtime',
      why: `StartError: ${message}`,
    });
  });
});

describe('containerViews', () => {
  test('tells init containers, sidecars and the others apart, in the order in which they start', () => {
    const id = 'a'.repeat(64);
    const views = containerViews(
      pod(
        {
          initContainerStatuses: [
            {
              name: 'i',
              state: { terminated: { exitCode: 0, reason: 'Completed', containerID: `containerd://${id}` } },
            },
          ],
          containerStatuses: [
            { name: 'c', containerID: 'cri-o://short', restartCount: 2, state: { running: {} } },
          ],
        },
        { initContainers: [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }] },
      ),
    );
    expect(views.map(({ name, role, stage, id: known }) => [name, role, stage.kind, known])).toEqual([
      ['i', 'init', 'ended', id],
      ['s', 'sidecar', 'unreported', undefined],
      ['c', 'main', 'running', undefined],
    ]);
  });

  test('an end without an exit code is not taken for a good one', () => {
    expect(view({ state: { terminated: { reason: 'ContainerStatusUnknown' } } }).stage).toMatchObject({
      kind: 'ended',
      exitCode: undefined,
    });
  });
});
