import { Deadline } from '../core/deadline.ts';
import type { CheckResult } from '../core/diagnosis.ts';
import type { EventSink } from '../core/events.ts';
import { CHECKS } from '../doctor/all-checks.ts';
import type { Moment } from '../doctor/check.ts';
import { examine } from '../doctor/examine.ts';
import type { Patient } from '../doctor/patient.ts';
import { errorOf } from '../doctor/verdict.ts';

/** A check that cannot answer in this time warns; the run goes on. */
const CHECK_UP_MS = 9500;

/**
 * The doctor's checks for one moment of a run.
 *
 * @returns what is worth telling: warnings, and what podproof works around
 * @throws EnvironmentError DOCTOR_FAILED (exit 3), SafetyError DOCTOR_REFUSED (exit 8); the reason of an abort
 */
export async function checkUp(
  moment: Extract<Moment, 'start' | 'engine' | 'cluster'>,
  patient: Patient,
  parent: AbortSignal,
): Promise<readonly CheckResult[]> {
  const deadline = Deadline.in(CHECK_UP_MS, `the checks (${moment})`, parent);
  const checks = CHECKS.filter((check) => check.moment === moment);
  const diagnosis = await examine(checks, patient, { deadline });
  const error = errorOf(diagnosis);
  if (error !== undefined) throw error;
  return diagnosis.checks.filter(({ level }) => level === 'warn' || level === 'auto-fixed');
}

/**
 * The checks before a cluster once more, after a run that could not tell everything or broke off: a disk that filled
 * up meanwhile makes pods hang without a word, and etcd end.
 *
 * @returns what would keep a run from starting now
 */
export async function checkAgain(patient: Patient, parent: AbortSignal): Promise<readonly CheckResult[]> {
  const deadline = Deadline.in(CHECK_UP_MS, 'the checks after an inconclusive run', parent);
  const checks = CHECKS.filter(({ moment }) => moment === 'cluster');
  const diagnosis = await examine(checks, patient, { deadline });
  return diagnosis.checks.filter(({ level }) => level === 'fail');
}

/** Into the journal, the result and, one line for a warning, onto the console. Nothing when there is nothing. */
export function tellFindings(findings: readonly CheckResult[], sink: EventSink): void {
  if (findings.length > 0) sink.emit({ type: 'doctor', findings });
}
