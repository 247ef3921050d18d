import { unitName, type PlannedClaim, type PlannedUnit } from '../core/events.ts';
import type { Verdict } from '../core/verdict.ts';
import { attemptsOf } from './attempts.ts';
import { findIntegrityProblems } from './integrity.ts';
import type {
  ClaimCounts,
  ClaimSummary,
  MutantOutcome,
  MutantSummary,
  RunSummary,
  SummaryEvent,
  UnitSummary,
} from './run-summary.ts';
import { sanitizeEvent } from './sanitize.ts';
import { runTail } from './summary-tail.ts';

/**
 * Everything the events of a run say, ordered by what was planned. Pure: the same events give the same summary,
 * live or from a journal, in the middle of a run or after it.
 */
export function summarize(events: readonly SummaryEvent[]): RunSummary {
  return summarizeSanitized(events.map((event) => sanitizeEvent(event)));
}

/** `summarize` for events that went through `sanitizeEvent` already: for those who do it again and again. */
export function summarizeSanitized(events: readonly SummaryEvent[]): RunSummary {
  const own = Map.groupBy(events, (event) => ('unit' in event ? unitName(event.unit) : ''));
  const units = uniqueUnits(events).map((planned) =>
    summarizeUnit(planned, own.get(unitName(planned)) ?? []),
  );
  const scenarios = units.filter((unit) => unit.planned.mutant === undefined);
  const mutants = units
    .filter((unit) => unit.planned.mutant !== undefined)
    .map((unit): MutantSummary => ({ ...unit, outcome: mutantOutcome(unit.claims) }));
  return {
    ...runTail(events),
    scenarios,
    mutants,
    counts: { ...countClaims(scenarios), retried: countRetried(units) },
    mutantCounts: countOutcomes(mutants),
    findings: findIntegrityProblems(events, units),
  };
}

/** The first plan of a unit counts; a second one is an integrity finding. */
function uniqueUnits(events: readonly SummaryEvent[]): readonly PlannedUnit[] {
  const planned = events.flatMap((event) => (event.type === 'plan' ? event.units : []));
  return [...Map.groupBy(planned, unitName).values()].flatMap((same) => same.slice(0, 1));
}

function summarizeUnit(planned: PlannedUnit, own: readonly SummaryEvent[]): UnitSummary {
  const finished = own.filter((event) => event.type === 'unit.finished');
  const runs = own.filter((event) => event.type === 'unit.started');
  return {
    name: unitName(planned),
    planned,
    state: runs.length > finished.length ? 'running' : finished.length > 0 ? 'finished' : 'not started',
    ms: finished.length === 0 ? undefined : finished.reduce((sum, { ms }) => sum + ms, 0),
    error: finished.at(-1)?.error,
    pods: podsOf(own),
    claims: planned.claims.map((claim) => summarizeClaim(claim, own)),
  };
}

/** Each pod once: a second attempt has new ones of the same names. */
function podsOf(own: readonly SummaryEvent[]): UnitSummary['pods'] {
  const pods = own
    .filter((event) => event.type === 'pod.settled')
    .map(({ pod, node, state, ms }) => [pod, { pod, node, state, ms }] as const);
  return [...new Map(pods).values()];
}

function summarizeClaim(planned: PlannedClaim, own: readonly SummaryEvent[]): ClaimSummary {
  const { judged, events, retried } = attemptsOf(planned.id, own);
  const observed = (role: 'subject' | 'control') =>
    events
      .filter((event) => event.type === 'observed')
      .findLast((event) => event.claim === planned.id && event.role === role)?.observation;
  const planSkip: Verdict | undefined =
    planned.skip === undefined ? undefined : { kind: 'skipped', reason: planned.skip };
  return {
    planned,
    verdict: judged?.verdict ?? planSkip,
    expected: judged?.expected ?? '',
    seen: judged?.seen ?? '',
    controlSeen: judged?.controlSeen ?? '',
    subject: observed('subject'),
    control: observed('control'),
    retried,
  };
}

function mutantOutcome(claims: readonly ClaimSummary[]): MutantOutcome {
  const kinds = claims.map((claim) => claim.verdict?.kind).filter((kind) => kind !== 'skipped');
  if (kinds.includes('holds')) return 'survived';
  if (kinds.length === 0) return claims.length === 0 ? 'inconclusive' : 'skipped';
  return kinds.every((kind) => kind === 'contradicted') ? 'killed' : 'inconclusive';
}

function countRetried(units: readonly UnitSummary[]): number {
  return units.flatMap(({ claims }) => claims).filter(({ retried }) => retried?.isJudged === true).length;
}

function countClaims(scenarios: readonly UnitSummary[]): Omit<ClaimCounts, 'retried'> {
  const kinds = scenarios.flatMap((unit) => unit.claims.map((claim) => claim.verdict?.kind));
  const count = (kind: Verdict['kind'] | undefined): number => kinds.filter((each) => each === kind).length;
  return {
    scenarios: new Set(scenarios.map(({ planned }) => planned.scenario)).size,
    claims: kinds.length,
    holds: count('holds'),
    contradicted: count('contradicted'),
    inconclusive: count('inconclusive'),
    skipped: count('skipped'),
    withoutVerdict: count(undefined),
  };
}

function countOutcomes(mutants: readonly MutantSummary[]): RunSummary['mutantCounts'] {
  const count = (outcome: MutantOutcome): number =>
    mutants.filter((mutant) => mutant.outcome === outcome).length;
  return {
    killed: count('killed'),
    survived: count('survived'),
    inconclusive: count('inconclusive'),
    skipped: count('skipped'),
  };
}

/** Whether nothing more can be said about the unit: it ended and every claim has its verdict. */
export function isComplete(unit: UnitSummary): boolean {
  return (
    unit.state === 'finished' &&
    unit.claims.every(({ verdict, retried }) => verdict !== undefined && retried?.isJudged !== false)
  );
}
