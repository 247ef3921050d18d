import { EXIT_CODES, strongestExit, type ExitCode } from '../core/exit-codes.ts';
import type { IntegrityFinding, RunSummary } from './run-summary.ts';

/**
 * The exit code that a run deserves. 0 only if everything planned was executed, holds, and nothing was left behind;
 * a skip that was planned is not held against it, and a second attempt only where the run is strict.
 */
export function exitOf(summary: RunSummary): ExitCode {
  const { counts, mutantCounts } = summary;
  const when = (applies: boolean, code: ExitCode): readonly ExitCode[] => (applies ? [code] : []);
  return strongestExit([
    ...summary.problems.map((problem) => knownCode(problem.exitCode)),
    ...when(openFindings(summary).length > 0, EXIT_CODES.integrity),
    ...when(counts.contradicted > 0 || mutantCounts.survived > 0, EXIT_CODES.contradicted),
    ...when(counts.inconclusive > 0 || mutantCounts.inconclusive > 0, EXIT_CODES.infrastructure),
    ...when(
      [...summary.scenarios, ...summary.mutants].some((unit) => unit.error !== undefined),
      EXIT_CODES.infrastructure,
    ),
    ...when(summary.leftovers.length > 0, EXIT_CODES.cleanup),
    ...when(summary.run.strict && summary.counts.retried > 0, EXIT_CODES.flaky),
  ]);
}

/**
 * The integrity findings that nothing else explains. Verdicts that are missing because the run broke off are not a
 * second fault: a cluster that could not be made is exit 4, not 5. Verdicts that should not be there are never
 * explained by a problem.
 */
export function openFindings(summary: RunSummary): readonly IntegrityFinding[] {
  const brokeOff = summary.problems.some(({ exitCode }) => !AFTER_THE_VERDICT.has(exitCode));
  return summary.findings.filter(
    ({ kind }) => !(brokeOff && (kind === 'no verdict' || kind === 'nothing executed')),
  );
}

/** A problem is never success, whatever number an event carries. */
function knownCode(code: number): ExitCode {
  const known = Object.values(EXIT_CODES).find((each) => each === code);
  return known === undefined || known === EXIT_CODES.ok ? EXIT_CODES.bug : known;
}

const AFTER_THE_VERDICT: ReadonlySet<number> = new Set([
  EXIT_CODES.contradicted,
  EXIT_CODES.integrity,
  EXIT_CODES.cleanup,
  EXIT_CODES.flaky,
]);
