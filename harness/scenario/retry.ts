import { Deadline } from '../core/deadline.ts';
import { unitName, type EventSink } from '../core/events.ts';
import type { KubeClient, KubeObject, ObjectKind } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';
import type { Unit } from './unit.ts';
import { RUN_LABEL } from './prepare.ts';
import { firstRound, namespaceName, retryRound } from './rounds.ts';
import { levelFor } from './security-level.ts';

const GONE_MS = 30_000;

export interface VerdictMemory {
  /** Hands everything on and remembers which claims could not be judged. */
  readonly sink: EventSink;
  /** The units that deserve a second attempt, each with only the claims that could not be judged. */
  secondAttempts(units: readonly Unit[]): readonly Unit[];
}

/**
 * Watches for claims that came out `inconclusive`. Only those are tried again, and only once: an answer that one does
 * not like is no reason to ask again.
 */
export function rememberInconclusive(sink: EventSink): VerdictMemory {
  const unclear = new Set<string>();
  const key = (unit: string, claim: string): string => `${unit}/${claim}`;
  return {
    sink: {
      emit(event) {
        if (event.type === 'verdict' && event.verdict.kind === 'inconclusive')
          unclear.add(key(unitName(event.unit), event.claim));
        sink.emit(event);
      },
    },
    secondAttempts: (units) =>
      units.flatMap((unit) => {
        const isUnclear = ({ id }: { readonly id: string }): boolean =>
          unclear.has(key(unitName(unit.planned), id));
        const claims = unit.claims.filter(isUnclear);
        if (claims.length === 0) return [];
        const planned = { ...unit.planned, claims: unit.planned.claims.filter(isUnclear) };
        return [{ ...unit, round: retryRound(unit.round), claims, planned }];
      }),
  };
}

export interface FirstAttempt {
  readonly kube: KubeClient;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/**
 * Takes the objects of the first attempt away and waits until its pods are gone: they may hold what the second one
 * needs, such as a port of the node.
 *
 * @throws TimeoutError when they do not go
 */
export async function clearFirstAttempt(unit: Unit, { kube, runId, signal }: FirstAttempt): Promise<void> {
  const namespace = namespaceName(runId, firstRound(unit.round), levelFor(unit.objects));
  const deadline = Deadline.in(GONE_MS, `what ${unitName(unit.planned)} left to be gone`, signal);
  // What broke the first attempt may not be over: an API server that was killed takes some seconds to come back.
  await poll(async () => done(await kube.list('Pod', { namespace }, deadline)), { deadline });
  await Promise.all(
    unit.objects.map(async ({ kind, metadata }) => {
      if (isHandled(kind)) await kube.delete(kind, { name: metadata.name, namespace }, deadline, 1);
    }),
  );
  await poll(
    async () => {
      const pods = await kube.list('Pod', { namespace, labelSelector: `${RUN_LABEL}=${runId}` }, deadline);
      const own = pods.filter((pod) => belongsTo(pod, unit)).map(({ metadata }) => metadata.name);
      return own.length === 0 ? done(true) : pending(`pods ${own.join(', ')}`);
    },
    { deadline, pauseMs: 50, maxPauseMs: 300 },
  );
}

/** By name, since workloads give their pods names that begin with their own. */
function belongsTo({ metadata }: KubeObject, { objects }: Unit): boolean {
  return objects.some(
    (object) =>
      metadata.name === object.metadata.name || metadata.name.startsWith(`${object.metadata.name}-`),
  );
}

const KINDS: readonly ObjectKind[] = ['Pod', 'Service', 'ConfigMap', 'Deployment', 'DaemonSet'];

function isHandled(kind: string): kind is ObjectKind {
  return KINDS.some((known) => known === kind);
}
