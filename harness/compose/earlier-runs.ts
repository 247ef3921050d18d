import { systemClock } from '../core/clock.ts';
import type { Cluster } from '../core/cluster.ts';
import { Deadline } from '../core/deadline.ts';
import { InfrastructureError, TimeoutError, type HarnessError } from '../core/errors.ts';
import { isPod, type KubeClient, type KubeObject } from '../core/kube.ts';
import { done, hopeless, pending, poll, type Look } from '../core/poll.ts';
import type { Progress, ProgressStep } from '../core/progress.ts';
import { RUN_LABEL } from '../scenario/prepare.ts';
import { removeNamespaces } from './remove-namespaces.ts';

export interface EarlierRuns {
  readonly kube: KubeClient;
  readonly cluster: Pick<Cluster, 'provider'>;
  readonly deadline: Deadline;
  readonly progress: Progress;
  /** How long whoever set a finalizer has to do its work. @default 5000 */
  readonly patienceMs?: number;
  /** @default 45000 */
  readonly goneMs?: number;
}

/**
 * On a cluster that was used before: waits until the pods of earlier runs are gone, and removes those of runs that
 * were killed. A pod that still holds port 9000 would keep a new one from being scheduled. Manifests of scenarios have
 * no finalizers, so one that holds such a pod was set by somebody else, for a try or by mistake: on a cluster of ours
 * it is removed and told, elsewhere it is an error at once.
 *
 * @throws InfrastructureError EARLIER_PODS_STAY naming pods, finalizers, and how to go on
 */
export async function awaitEarlierRuns(runs: EarlierRuns): Promise<void> {
  const { goneMs = 45_000 } = runs;
  const deadline = Deadline.in(goneMs, 'the pods of earlier runs to be gone', runs.deadline.signal);
  const left = await runs.kube.list('Pod', { labelSelector: RUN_LABEL }, deadline);
  if (left.length === 0) return;
  const step = runs.progress.step('earlier runs');
  try {
    await removeNamespaces(runs.kube, RUN_LABEL, deadline);
    const released = await untilGone(runs, deadline, step);
    step.done(released.length === 0 ? 'their pods are gone' : `removed together with ${released.join(', ')}`);
  } catch (error) {
    step.fail('their pods stay');
    throw error instanceof TimeoutError ? podsStay(error.lastObservation, error) : error;
  }
}

/** @returns what was removed to let the pods go, for people */
async function untilGone(
  { kube, cluster, patienceMs = 5000 }: EarlierRuns,
  deadline: Deadline,
  step: ProgressStep,
): Promise<readonly string[]> {
  const startedAt = systemClock.now();
  // On a cluster of somebody else the finalizer may be somebody's, too.
  const isOurs = cluster.provider !== 'attached';
  const released = new Set<string>();
  const look = async (): Promise<Look<undefined>> => {
    const pods = await kube.list('Pod', { labelSelector: RUN_LABEL }, deadline);
    if (pods.length === 0) return done(undefined);
    const seen = pods.map(describePod).join(', ');
    step.update(seen);
    const held = systemClock.now() - startedAt < patienceMs ? [] : pods.filter(isHeld);
    if (held.length > 0 && !isOurs) return hopeless(podsStay(held.map(describePod).join(', ')));
    for (const pod of held) {
      await release(kube, pod, deadline);
      released.add(`${finalizersOf(pod).join(', ')} on pod ${nameOf(pod)}`);
    }
    return pending(seen);
  };
  await poll(look, { deadline, pauseMs: 100, maxPauseMs: 300 });
  return [...released];
}

async function release(kube: KubeClient, { metadata }: KubeObject, deadline: Deadline): Promise<void> {
  const pod = { name: metadata.name, namespace: metadata.namespace ?? '' };
  await kube.patch('Pod', pod, { metadata: { finalizers: null } }, deadline);
}

function isHeld(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined && finalizersOf(pod).length > 0;
}

function finalizersOf({ metadata: { finalizers } }: KubeObject): readonly string[] {
  return Array.isArray(finalizers) ? finalizers.map(String) : [];
}

function nameOf({ metadata: { name, namespace = '' } }: KubeObject): string {
  return `${namespace}/${name}`;
}

function describePod(pod: KubeObject): string {
  const run = `pod ${nameOf(pod)} of run ${pod.metadata.labels?.[RUN_LABEL] ?? 'unknown'}`;
  const finalizers = finalizersOf(pod);
  if (finalizers.length > 0) return `${run} (finalizer ${finalizers.join(', ')})`;
  return isPod(pod)
    ? `${run} (${pod.status?.phase ?? 'no phase'} on ${pod.spec.nodeName ?? 'no node'})`
    : run;
}

function podsStay(seen: string, cause?: unknown): HarnessError {
  return new InfrastructureError('EARLIER_PODS_STAY', `Pods of earlier runs do not go: ${seen}.`, {
    hint:
      'Whoever set a finalizer has to remove it; if nobody will: ' +
      `kubectl patch pod NAME --namespace NAMESPACE --type=merge --patch '{"metadata":{"finalizers":null}}'. ` +
      'A pod without one waits for its node. A cluster of podproof is removed by `npm run podproof -- down`, ' +
      'and `--fresh` uses another one.',
    cause,
  });
}
