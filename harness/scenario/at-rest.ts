import type { Deadline } from '../core/deadline.ts';
import { isPod, type KubeClient, type Pod } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';
import { describePodState, podState } from '../probes/pod-state.ts';

/**
 * Waits until a pod that was there before the run is no longer on its way. A cluster that was just made may still
 * show a part of its control plane as Running but not ready.
 *
 * @throws TimeoutError with the last state seen
 * @example const scheduler = await atRest(kube, pod, Deadline.in(60_000, 'kube-scheduler to come to rest', signal))
 */
export async function atRest(
  kube: Pick<KubeClient, 'get'>,
  { metadata }: Pod,
  deadline: Deadline,
): Promise<Pod> {
  const target = { name: metadata.name, namespace: metadata.namespace ?? '' };
  const look = async () => {
    const found = await kube.get('Pod', target, deadline);
    if (!isPod(found)) return pending('the pod is gone');
    const state = podState(found);
    return state.kind === 'moving' ? pending(describePodState(state)) : done(found);
  };
  return poll<Pod>(look, { deadline, pauseMs: 100, maxPauseMs: 500 });
}
