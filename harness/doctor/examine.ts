import { systemClock, type Clock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { CheckResult, Diagnosis, Finding } from '../core/diagnosis.ts';
import { describeError } from '../core/errors.ts';
import { docOf, type Check } from './check.ts';
import type { Patient } from './patient.ts';

/** Longer than the lookups that checks share may take one after the other, so that those report themselves. */
const LIMIT_MS = 9000;

export interface ExamineOptions {
  /** Bounds everything; each check also has a limit of its own. */
  readonly deadline: Deadline;
  readonly clock?: Clock;
}

/**
 * Makes the checks side by side. A check that breaks or takes too long is a warning and never hides another one.
 *
 * @throws the reason of an abort from outside, and nothing else
 * @example const { checks } = await examine(CHECKS, patient, { deadline: Deadline.in(10_000, 'the doctor') })
 */
export async function examine(
  checks: readonly Check[],
  patient: Patient,
  { deadline, clock = systemClock }: ExamineOptions,
): Promise<Diagnosis> {
  const startedAt = clock.now();
  const since = (from: number): number => Math.round(clock.now() - from);
  const results = await Promise.all(
    checks.map(async (check): Promise<CheckResult> => {
      const { id, title } = check;
      const from = clock.now();
      const found = await look(check, patient, deadline);
      return { id, title, ...found, doc: docOf(check), ms: since(from) };
    }),
  );
  if (deadline.signal.aborted && !deadline.expired) deadline.signal.throwIfAborted();
  return { checks: results, ms: since(startedAt) };
}

async function look(check: Check, patient: Patient, outer: Deadline): Promise<Finding> {
  const limit = Deadline.in(check.limitMs ?? LIMIT_MS, `check ${check.id}`).within(outer);
  try {
    // In a promise of its own, so that a check that throws at once is like one that rejects.
    return await limit.race(Promise.resolve().then(() => check.look(patient, limit)));
  } catch (error) {
    return {
      level: 'warn',
      tried: check.about.looks,
      seen: `could not look: ${describeError(error)}`,
      cause: 'Nobody knows then whether it is all right.',
      fix: 'Run the doctor again; if it stays so, report it with this output.',
    };
  }
}
