import { IntegrityError } from '../core/errors.ts';
import { exitOf } from '../report/exit.ts';
import type { ClaimSummary, RunSummary, UnitSummary } from '../report/run-summary.ts';
import { judge } from '../scenario/judge.ts';
import type { LoadedScenario } from '../scenario/types.ts';

/**
 * Judges the recorded observations of a run again and compares: claim by claim with the verdicts of the run, and the
 * exit code with the one that the run reported. A record that was changed afterwards shows.
 *
 * @returns what is wrong with the record; empty when it says the same
 */
export function rejudge(
  summary: RunSummary,
  scenarios: readonly LoadedScenario[],
): readonly IntegrityError[] {
  const units = [...summary.scenarios, ...summary.mutants];
  const claims = units.flatMap((unit) => unit.claims.map((claim) => differenceOf(unit, claim, scenarios)));
  const differences = claims.filter((difference) => difference !== undefined);
  const exitCode = exitOf(summary);
  return [
    ...(differences.length === 0 ? [] : [differs(differences)]),
    ...(summary.exitCode === undefined || summary.exitCode === exitCode
      ? []
      : [otherExit(summary.exitCode, exitCode)]),
  ];
}

function differenceOf(
  unit: UnitSummary,
  { planned, verdict, subject, control }: ClaimSummary,
  scenarios: readonly LoadedScenario[],
): string | undefined {
  if (verdict === undefined || planned.skip !== undefined) return undefined;
  const name = `${unit.name}/${planned.id}`;
  const claim = scenarios
    .find(({ id }) => id === unit.planned.scenario)
    ?.claims.find(({ id }) => id === planned.id);
  if (claim === undefined) return `${name}: the scenario files have no such claim`;
  const again = judge(claim, { subject, control });
  return again.kind === verdict.kind
    ? undefined
    : `${name}: ${verdict.kind} in the record, ${again.kind} when judged again`;
}

function differs(differences: readonly string[]): IntegrityError {
  return new IntegrityError(
    'REJUDGED_DIFFERENTLY',
    `The record does not say what its observations show:\n${differences.join('\n')}`,
    {
      hint: 'The record was changed, or the scenario files are not those of the run (see PODPROOF_SCENARIOS).',
    },
  );
}

function otherExit(recorded: number, again: number): IntegrityError {
  return new IntegrityError(
    'EXIT_CODE_DIFFERS',
    `The record says exit ${String(recorded)}, but what is in it means exit ${String(again)}.`,
    { hint: 'The record was changed after the run, or written by another version of podproof.' },
  );
}
