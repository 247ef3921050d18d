import { randomBytes } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import type { Cluster } from '../core/cluster.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import { isPod, type KubeClient, type KubeObject, type Pod } from '../core/kube.ts';
import type { Turnstile } from '../core/turnstile.ts';
import { describePodState } from '../probes/pod-state.ts';
import type { Locks } from './locks.ts';
import { proveClaim } from './observe.ts';
import { nameOf, type Unit } from './plan.ts';
import type { PodBoard } from './pod-board.ts';
import { prepareObject } from './prepare.ts';

export interface UnitContext {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  readonly board: PodBoard;
  readonly locks: Locks;
  /** True when another unit of this run needs what the unit has locked. */
  readonly isContested: (unit: Unit) => boolean;
  /** True when units follow that need the room; otherwise the pods stay until the run is over. */
  readonly tidyEarly: boolean;
  readonly turnstile: Turnstile;
  readonly sink: EventSink;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly namespaceFor: (round: number) => Promise<string>;
  /** Keeps what was applied, for readers who want to repeat it. */
  readonly keepManifests: (unit: string, objects: readonly KubeObject[]) => void;
}

/** A pod normally settles in two or three seconds; an overloaded machine gets a minute. */
const SETTLE_MS = 60_000;
const CALL_MS = 15_000;
const GONE_MS = 30_000;

/**
 * Sets up one unit, proves its claims and takes its pods away. Rejects only when the whole run must stop; whatever
 * else goes wrong becomes an observation that says so.
 */
export async function runUnit(unit: Unit, context: UnitContext): Promise<void> {
  const { sink, signal } = context;
  const startedAt = systemClock.now();
  const ms = (): number => Math.round(systemClock.now() - startedAt);
  sink.emit({ type: 'unit.started', unit: unit.planned });
  const skipped = skipAll(unit, sink);
  if (skipped) {
    sink.emit({ type: 'unit.finished', unit: unit.planned, ms: ms() });
    return;
  }
  const release = await context.locks.take(unit.scenario.locks ?? [], signal);
  const created = new Map<string, Pod>();
  // Of this unit alone: queues and processes of the node are shared by all units that run side by side.
  const nonce = randomBytes(8).toString('hex');
  try {
    const failures = await createObjects(unit, { ...context, nonce }, created);
    const pods = await settlePods(unit, context, { created, failures });
    await Promise.all(
      unit.claims.map((claim) => proveClaim(claim, unit, { ...context, nonce, pods, failures })),
    );
    sink.emit({ type: 'unit.finished', unit: unit.planned, ms: ms() });
  } finally {
    await removePods(unit, context, created).finally(release);
  }
}

function skipAll(unit: Unit, sink: EventSink): boolean {
  for (const { id, skip } of unit.planned.claims) {
    if (skip === undefined) return false;
    sink.emit({
      type: 'verdict',
      unit: unit.planned,
      claim: id,
      verdict: { kind: 'skipped', reason: skip },
      expected: '',
      seen: '',
      controlSeen: '',
    });
  }
  return true;
}

async function createObjects(
  unit: Unit,
  context: UnitContext & { readonly nonce: string },
  created: Map<string, Pod>,
): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  const namespace = await context.namespaceFor(unit.round);
  const nodes = context.cluster.nodes
    .filter(({ schedulable }) => schedulable)
    .map(({ name }) => name)
    .sort();
  const objects = unit.objects.map((object) =>
    prepareObject(object, {
      namespace,
      runId: context.runId,
      unit: nameOf(unit).replaceAll('~', '.'),
      nonce: context.nonce,
      image: context.cluster.workloadImage,
      nodeFor: (pod) =>
        nodes[(unit.firstNode + (unit.scenario.place?.[pod] === 'B' ? 1 : 0)) % nodes.length] ?? '',
    }),
  );
  context.keepManifests(nameOf(unit), objects);
  await Promise.all(
    objects.map(async (object) => {
      try {
        const stored = await context.kube.create(
          object,
          Deadline.in(CALL_MS, `creating ${object.kind} ${object.metadata.name}`, context.signal),
        );
        if (isPod(stored)) created.set(stored.metadata.name, stored);
      } catch (error) {
        context.signal.throwIfAborted();
        failures.set(object.metadata.name, describeError(error));
      }
    }),
  );
  return failures;
}

async function settlePods(
  unit: Unit,
  { board, sink, signal }: UnitContext,
  { created, failures }: { created: ReadonlyMap<string, Pod>; failures: Map<string, string> },
): Promise<ReadonlyMap<string, Pod>> {
  const startedAt = systemClock.now();
  const settled = new Map<string, Pod>();
  await Promise.all(
    [...created].map(async ([name, { metadata }]) => {
      const report = (node: string | undefined, state: string): void =>
        sink.emit({
          type: 'pod.settled',
          unit: unit.planned,
          pod: name,
          node: node ?? null,
          state,
          ms: Math.round(systemClock.now() - startedAt),
        });
      try {
        const { pod, state } = await board.settled(
          metadata.uid ?? '',
          Deadline.in(SETTLE_MS, `pod ${name} to come to rest`, signal),
        );
        settled.set(name, pod);
        report(pod.spec.nodeName, describePodState(state));
      } catch (error) {
        failures.set(name, describeError(error));
        report(undefined, describeError(error));
      }
    }),
  );
  return settled;
}

/**
 * Takes the unit's pods away when others wait for what they hold or for room. Without such a need nothing is removed
 * here: deleting pods costs the nodes as much as starting them, while others are still being observed.
 */
async function removePods(
  unit: Unit,
  context: UnitContext,
  created: ReadonlyMap<string, Pod>,
): Promise<void> {
  const { kube, board, signal, isContested, tidyEarly } = context;
  const contested = isContested(unit);
  if (signal.aborted || !(contested || tidyEarly)) return;
  await Promise.all(
    [...created.values()].map(async ({ metadata }) => {
      const name = { name: metadata.name, namespace: metadata.namespace ?? '' };
      try {
        await kube.delete('Pod', name, Deadline.in(CALL_MS, `deleting pod ${name.name}`), 1);
        if (contested)
          await board.gone(metadata.uid ?? '', Deadline.in(GONE_MS, `pod ${name.name} to be gone`, signal));
      } catch {
        // The clean-up at the end of the run looks for pods of ours again and reports what it finds.
      }
    }),
  );
}
