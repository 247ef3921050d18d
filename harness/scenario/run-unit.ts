import { randomBytes } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { EventSink } from '../core/events.ts';
import { isObjectKind, type KubeObject } from '../core/kube.ts';
import { locksOf } from './every-node.ts';
import { proveClaim } from './observe.ts';
import type { Unit } from './unit.ts';
import { Play } from './play.ts';
import { podPartOf } from './pod-template.ts';
import { levelFor } from './security-level.ts';
import type { UnitContext } from './unit-context.ts';

const CALL_MS = 15_000;
const GONE_MS = 30_000;

/**
 * Sets up one unit, proves its claims and takes its pods away. Rejects only when the whole run must stop; whatever
 * else goes wrong becomes an observation that says so.
 */
export async function runUnit(unit: Unit, context: UnitContext): Promise<void> {
  const { sink, signal } = context;
  const startedAt = systemClock.now();
  sink.emit({ type: 'unit.started', unit: unit.planned });
  const claims = withoutSkipped(unit, sink);
  const failures = claims.length === 0 ? [] : await proveAll({ ...unit, claims }, context);
  signal.throwIfAborted();
  sink.emit({
    type: 'unit.finished',
    unit: unit.planned,
    ms: Math.round(systemClock.now() - startedAt),
    ...(failures.length === 0 ? {} : { error: `not taken back: ${failures.join('; ')}` }),
  });
}

/** Claims that are judged here; the others get their verdict at once. */
function withoutSkipped(unit: Unit, sink: EventSink): Unit['claims'] {
  const skipped = new Map(unit.planned.claims.map(({ id, skip }) => [id, skip]));
  for (const [claim, reason] of skipped) {
    if (reason === undefined) continue;
    const verdict = { kind: 'skipped', reason } as const;
    sink.emit({
      type: 'verdict',
      unit: unit.planned,
      claim,
      verdict,
      expected: '',
      seen: '',
      controlSeen: '',
    });
  }
  return unit.claims.filter(({ id }) => skipped.get(id) === undefined);
}

/** @returns what of the unit's acts could not be taken back */
async function proveAll(unit: Unit, context: UnitContext): Promise<readonly string[]> {
  const release = await context.locks.take(locksOf(unit, context.cluster), context.signal);
  let play: Play | undefined;
  let failures: readonly string[] = [];
  try {
    const namespace = await context.namespaceFor(unit.round, levelFor(unit.objects));
    const playing = new Play(unit, context, { namespace, nonce: randomBytes(8).toString('hex') });
    play = playing;
    await playing.perform();
    await Promise.all(unit.claims.map((claim) => proveClaim(claim, playing, context)));
  } finally {
    if (play !== undefined) {
      await removePods(play, context);
      failures = await play.takeBack();
    }
    release();
  }
  return failures;
}

/**
 * Takes the unit's pods away when others wait for what they hold or for room. Without such a need nothing is removed
 * here: deleting pods costs the nodes as much as starting them, while others are still being observed.
 */
async function removePods({ unit, created }: Play, context: UnitContext): Promise<void> {
  const { signal, isContested, tidyEarly } = context;
  const contested = isContested(unit);
  if (signal.aborted || !(contested || tidyEarly)) return;
  const objects = [...created.values()].filter((object) => podPartOf(object) !== undefined);
  await Promise.all(objects.map((object) => remove(object, { contested, ...context })));
}

async function remove(
  { kind, metadata }: KubeObject,
  { kube, board, signal, contested }: UnitContext & { readonly contested: boolean },
): Promise<void> {
  const { name, namespace = '', uid = '' } = metadata;
  // The manifest check lets no other kind through.
  if (!isObjectKind(kind)) return;
  const gone = Deadline.in(GONE_MS, `${kind} ${name} to be gone`, signal);
  try {
    const deadline = Deadline.in(CALL_MS, `deleting ${kind} ${name}`);
    await kube.delete(kind, { name, namespace }, deadline, kind === 'Pod' ? 1 : undefined);
    if (!contested) return;
    if (kind === 'Pod') await board.gone(uid, gone);
    else await board.allGone({ namespace, workload: name }, gone);
  } catch {
    // The clean-up at the end of the run looks for pods of ours again and reports what it finds.
  }
}
