import { exitOfDiagnosis, type CheckResult, type Diagnosis } from '../core/diagnosis.ts';
import { EnvironmentError, SafetyError, type HarnessError } from '../core/errors.ts';
import { EXIT_CODES } from '../core/exit-codes.ts';

/**
 * The error with which a run stops because of what the doctor found, or undefined when it may go on. All reasons are
 * in one message, so that nobody has to fix one to hear of the next.
 *
 * @returns SafetyError DOCTOR_REFUSED (exit 8) or EnvironmentError DOCTOR_FAILED (exit 3), with the code of the finding
 *   if it is the only one and has one
 */
export function errorOf(diagnosis: Diagnosis): HarnessError | undefined {
  const exitCode = exitOfDiagnosis(diagnosis);
  if (exitCode === EXIT_CODES.ok) return undefined;
  const bad = diagnosis.checks.filter(({ level }) => level === 'fail' || level === 'refuse');
  const message = bad.map(sentence).join('\n');
  const details = {
    hint: bad.flatMap(({ fix }) => (fix === undefined ? [] : [fix])).join('\n'),
    context: { 'more about it': bad.map(({ doc }) => doc).join(', ') },
  };
  const own = bad.length === 1 ? bad[0]?.code : undefined;
  return exitCode === EXIT_CODES.refused
    ? new SafetyError(own ?? 'DOCTOR_REFUSED', message, details)
    : new EnvironmentError(own ?? 'DOCTOR_FAILED', message, details);
}

function sentence({ id, title, seen, cause }: CheckResult): string {
  return `${id} ${title}: ${seen.replace(/\.$/, '')}.${cause === undefined ? '' : ` ${cause}`}`;
}
