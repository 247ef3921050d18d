import type { VerdictKind } from '../core/verdict.ts';
import type { MutantOutcome } from '../report/run-summary.ts';
import type { ClaimV1, MutantV1, ResultV1, ScenarioV1 } from '../report/result-v1.ts';

/** What a cell says to one claim or mutant. The last three are no verdicts, and never green. */
export type AnswerKind = VerdictKind | MutantOutcome | 'no verdict' | 'not planned' | 'not run';

export interface Answer {
  readonly kind: AnswerKind;
  readonly seen: string;
  readonly controlSeen: string;
  /** Why it is contradicted, inconclusive or skipped; '' where that needs no words. */
  readonly why: string;
}

/** One line of the table: a claim, or a mutant as a whole. */
export interface Question {
  /** `host-port/answers` or `host-port~hostPort-removed` */
  readonly id: string;
  /** `host-port`, or the mutants' `host-port~hostPort-removed` */
  readonly unit: string;
  /** The sentence of the claim, or what the mutant changes. */
  readonly about: string;
}

/** Everything that a result answers, in its order. */
export function questionsOf(result: ResultV1): readonly Question[] {
  return [
    ...result.scenarios.flatMap((unit) =>
      unit.claims.map((claim) => ({ id: `${unit.id}/${claim.id}`, unit: unit.id, about: claim.must })),
    ),
    ...result.mutants.map((unit) => ({ id: mutantName(unit), unit: mutantName(unit), about: unit.change })),
  ];
}

/** @param result undefined when the cell was not run */
export function answerOf(result: ResultV1 | undefined, { id }: Question): Answer {
  if (result === undefined) return { ...NOTHING, kind: 'not run' };
  const mutant = result.mutants.find((unit) => mutantName(unit) === id);
  if (mutant !== undefined) return { ...NOTHING, kind: mutant.outcome, why: stillHolding(mutant) };
  const claim = claimOf(result, id);
  return claim === undefined ? { ...NOTHING, kind: 'not planned' } : toClaim(claim);
}

/** The digest of the manifest that the question was asked about; undefined in records that do not have it. */
export function manifestOf(result: ResultV1 | undefined, { unit }: Question): string | undefined {
  const units: readonly ScenarioV1[] = result?.scenarios ?? [];
  const mutant = result?.mutants.find((each) => mutantName(each) === unit);
  return (mutant ?? units.find(({ id }) => id === unit))?.manifest ?? undefined;
}

const NOTHING = { seen: '', controlSeen: '', why: '' } as const;

function claimOf({ scenarios }: ResultV1, id: string): ClaimV1 | undefined {
  return scenarios
    .flatMap((unit) => unit.claims.map((claim) => ({ name: `${unit.id}/${claim.id}`, claim })))
    .find(({ name }) => name === id)?.claim;
}

function toClaim({ verdict, seen, controlSeen }: ClaimV1): Answer {
  return { kind: verdict?.kind ?? 'no verdict', seen, controlSeen, why: reasonOf(verdict) };
}

function reasonOf(verdict: ClaimV1['verdict']): string {
  switch (verdict?.kind) {
    case 'contradicted':
      return verdict.reasons
        .map(({ role, expected, seen }) => `the ${role} had to show ${expected}, but showed ${seen}`)
        .join('; ');
    case 'inconclusive':
      return verdict.why;
    case 'skipped':
      return verdict.reason;
    default:
      return '';
  }
}

function stillHolding({ outcome, claims }: MutantV1): string {
  if (outcome === 'killed') return '';
  return claims
    .filter(({ verdict }) => verdict?.kind !== 'contradicted')
    .map(({ id, verdict }) => `${id}: ${verdict?.kind ?? 'no verdict'} ${reasonOf(verdict)}`.trimEnd())
    .join('; ');
}

function mutantName({ id, mutant }: MutantV1): string {
  return `${id}~${mutant}`;
}
