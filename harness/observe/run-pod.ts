import type { ClusterNode } from '../core/cluster.ts';
import type { CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { isPod, type Pod } from '../core/kube.ts';
import type { ForeignObject } from '../core/submission.ts';
import type { ObserveContext } from './context.ts';
import type { Witness } from './looking/evidence.ts';
import { seePod, unseen, type Sight, type SightParts } from './looking/sight.ts';
import { followPod } from './pods/follow.ts';
import type { OutcomeV1 } from './report/report-v1.ts';

/** A pod that the server took, or what it said instead. */
export type Applied =
  | { readonly kind: 'created'; readonly pod: Pod; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly outcome: OutcomeV1; readonly warnings: readonly string[] };

/** What one pod needs while it is looked at. */
export interface PodContext extends ObserveContext {
  readonly witness: Witness;
}

/** Hands the pod to the API server. @throws InfrastructureError when it gave no answer about the pod */
export async function applyPod(
  object: ForeignObject,
  namespace: string,
  { kube, deadline, onApplied }: ObserveContext,
): Promise<Applied> {
  const submission = await kube.submit(object, { namespace, dryRun: false, deadline });
  const { warnings } = submission;
  if (submission.kind === 'refused') {
    const by = submission.status === 403 ? 'admission' : 'API server';
    return { kind: 'refused', outcome: { kind: 'never runs', by, why: submission.message }, warnings };
  }
  if (!isPod(submission.object)) {
    const why = 'the API server stored something that is no pod';
    return { kind: 'refused', outcome: { kind: 'could not tell', why }, warnings };
  }
  // A name that the server took has nothing but letters, digits, dots and dashes.
  onApplied(`${namespace}.${submission.object.metadata.name}`, object);
  return { kind: 'created', pod: submission.object, warnings };
}

/** From creation to the last container; the rest of a pod's time is for questions to it. */
const FOLLOW_MS = 45_000;
/** More for each container of a pod: they start one after the other. */
const CONTAINER_MS = 1500;

/** Follows a pod that was created and asks about everything it has. */
export async function watchPod(
  pod: Pod,
  { substituted, sysctls }: Pick<SightParts, 'substituted' | 'sysctls'>,
  context: PodContext,
): Promise<Sight> {
  const { kube, cluster, board, witness, nodeFacts } = context;
  const runnerOf = (node: ClusterNode): CommandRunner => witness.wrap(node.runner, 'node');
  const ms = FOLLOW_MS + pod.spec.containers.length * CONTAINER_MS;
  const what = `pod ${pod.metadata.name} to be looked at`;
  const deadline = Deadline.in(ms, what).within(context.deadline);
  const followed = await followPod(pod, { kube, cluster, board, deadline, runnerOf });
  const { node } = followed;
  if (node === undefined || followed.deleted) return unseen(followed);
  const { namespace = '', name } = pod.metadata;
  const nodeRunner = runnerOf(node);
  return seePod({
    followed,
    node: await context.deadline.race(nodeFacts(node)),
    nodeRunner,
    podRunner: (container) => witness.wrap(kube.podRunner({ namespace, name, container }), 'pod'),
    substituted,
    sysctls,
  });
}

const NODE_MS = 5000;

/** The node the scheduler chose, if it does so soon. */
export async function nodeOfPod(pod: Pod, { board, deadline }: ObserveContext): Promise<string | undefined> {
  const uid = pod.metadata.uid ?? '';
  const patience = Deadline.in(NODE_MS, 'the scheduler').within(deadline);
  while (!patience.expired) {
    const entry = board.get(uid);
    const nodeName = entry?.pod.spec.nodeName ?? '';
    if (nodeName !== '') return nodeName;
    const isRefused = (entry?.pod.status?.conditions ?? []).some(
      ({ type, status }) => type === 'PodScheduled' && status === 'False',
    );
    if (isRefused || entry?.deleted === true) return undefined;
    await board.next(uid, 100, deadline);
  }
  return undefined;
}

/** Asks for the pod's removal; the clean-up of the run looks for pods again, so a failure here is none. */
export async function removePod(pod: Pod, { kube }: ObserveContext): Promise<void> {
  const { namespace = '', name } = pod.metadata;
  const deadline = Deadline.in(10_000, `pod ${name} to be deleted`);
  await kube.delete('Pod', { namespace, name }, deadline, 1).catch(() => undefined);
}

const GONE_MS = 20_000;

/** @returns false when it is still there after a while */
export async function awaitGone(pod: Pod, { board, deadline }: ObserveContext): Promise<boolean> {
  const uid = pod.metadata.uid ?? '';
  const patience = Deadline.in(GONE_MS, `pod ${pod.metadata.name} to be gone`).within(deadline);
  while (!patience.expired) {
    if (board.get(uid)?.deleted === true) return true;
    await board.next(uid, 500, deadline);
  }
  return false;
}
