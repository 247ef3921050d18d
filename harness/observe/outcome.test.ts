import { describe, expect, test } from '@jest/globals';
import type { Sight } from './looking/sight.ts';
import { containerOutcomes, podOutcome } from './outcome.ts';
import type { ContainerView } from './pods/container-states.ts';
import type { Followed, FollowedContainer } from './pods/follow.ts';
import { containerRuling } from './pods/ruling.ts';
import type { OutcomeV1 } from './report/report-v1.ts';

const container = (
  name: string,
  stage: ContainerView['stage'],
  over: Partial<ContainerView> & { seen?: boolean } = {},
): FollowedContainer => {
  const { seen = false, ...rest } = over;
  const view: ContainerView = {
    name,
    role: 'main',
    image: 'i',
    stage,
    id: undefined,
    lastEnd: undefined,
    restarts: 0,
    ...rest,
  };
  const facts = seen ? ({ source: 'process' } as unknown as FollowedContainer['facts']) : undefined;
  return { view, facts, ruling: containerRuling(view) };
};
const waiting = (reason: string, message = 'm'): ContainerView['stage'] => ({
  kind: 'waiting',
  reason,
  message,
});
const running = { kind: 'running' } as const;

function outcome(
  containers: readonly FollowedContainer[],
  over: Partial<Followed> & { substituted?: readonly string[] } = {},
): OutcomeV1 {
  const { substituted = [], ...followed } = over;
  const sight = {
    followed: {
      ruling: { kind: 'open', seen: '' },
      deleted: false,
      warning: undefined,
      containers,
      ...followed,
    },
  } as unknown as Sight;
  const stand = new Map(
    substituted.map((name) => [name, { image: 'x', command: 'replaced', asUser: null } as const]),
  );
  return podOutcome(sight, containerOutcomes(sight, stand));
}

describe('podOutcome', () => {
  test('looked at, in all containers or in those that can run', () => {
    expect(outcome([container('a', running, { seen: true })])).toEqual({ kind: 'observed' });
    const refused = container('b', waiting('CreateContainerConfigError'));
    expect(outcome([container('a', running, { seen: true }), refused])).toEqual({ kind: 'observed' });
  });

  test('a pod whose own containers never run does not run, though its init container was seen', () => {
    const broken = container('i', waiting('CrashLoopBackOff'), {
      role: 'init',
      seen: true,
      lastEnd: { reason: 'Error', message: '', exitCode: 1 },
    });
    expect(outcome([broken, container('a', waiting('PodInitializing'))])).toEqual({
      kind: 'never runs',
      by: 'kubelet',
      why: 'container a: init container i never succeeds: Error, exit 1',
    });
  });

  test('a missing image is no answer, also behind an init container', () => {
    expect(outcome([container('a', waiting('ErrImagePull'))])).toMatchObject({ kind: 'could not tell' });
    const init = container('i', waiting('ImagePullBackOff'), { role: 'init' });
    expect(outcome([init, container('a', waiting('PodInitializing'))])).toMatchObject({
      kind: 'could not tell',
    });
  });

  test('what the whole pod waits for is true of each container', () => {
    const ruling = { kind: 'never', by: 'scheduler', why: 'Unschedulable' } as const;
    expect(outcome([container('a', { kind: 'unreported' })], { ruling })).toEqual({
      kind: 'never runs',
      by: 'scheduler',
      why: 'Unschedulable',
    });
  });

  test('an init container that goes on and on, with the last warning', () => {
    const init = container('i', running, { role: 'init', seen: true });
    expect(outcome([init, container('a', waiting('PodInitializing'))], { warning: 'Unhealthy: no' })).toEqual(
      {
        kind: 'could not tell',
        why: 'container a: it was still waiting for init container i, which went on running (last warning: Unhealthy: no)',
      },
    );
  });

  test('a pod that somebody deleted', () => {
    expect(outcome([container('a', waiting('ContainerCreating'))], { deleted: true })).toMatchObject({
      why: 'somebody deleted the pod',
    });
  });

  test('refusals that are about the substitute’s user or programs say nothing about the manifest', () => {
    const refused = (message: string): FollowedContainer =>
      container('a', waiting('CreateContainerConfigError', message));
    const asRoot = refused('container has runAsNonRoot and image will run as root');
    expect(outcome([asRoot])).toMatchObject({ kind: 'never runs' });
    expect(outcome([asRoot], { substituted: ['a'] })).toMatchObject({ kind: 'could not tell' });
    expect(outcome([refused('configmap "x" not found')], { substituted: ['a'] })).toMatchObject({
      kind: 'never runs',
    });
  });
});
