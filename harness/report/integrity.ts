import { unitName } from '../core/events.ts';
import type { ClaimSummary, IntegrityFinding, SummaryEvent, UnitSummary } from './run-summary.ts';

type Finding = IntegrityFinding;
type Kind = Finding['kind'];

/** Compares what was executed with what was planned. An empty list means: the run is exactly what was planned. */
export function findIntegrityProblems(
  events: readonly SummaryEvent[],
  units: readonly UnitSummary[],
): readonly Finding[] {
  return [
    ...doublePlans(events),
    ...claimFindings(units),
    ...verdictFindings(events, units),
    ...judgeFindings(events),
    ...(units.some((unit) => unit.claims.some(isExecuted))
      ? []
      : [finding('nothing executed', 'no claim was judged')]),
  ];
}

function isExecuted(claim: ClaimSummary): boolean {
  return claim.verdict !== undefined && claim.verdict.kind !== 'skipped';
}

function finding(kind: Kind, text: string): Finding {
  return { kind, text };
}

function doublePlans(events: readonly SummaryEvent[]): readonly Finding[] {
  const planned = events.flatMap((event) => (event.type === 'plan' ? event.units : []));
  return [
    ...repeated(planned.map(unitName)),
    ...planned.flatMap((unit) => repeated(unit.claims.map((claim) => `${unitName(unit)}/${claim.id}`))),
  ].map((name) => finding('duplicate plan', `${name} is planned more than once`));
}

function claimFindings(units: readonly UnitSummary[]): readonly Finding[] {
  return units.flatMap((unit) =>
    unit.claims.flatMap((claim) => {
      const name = `${unit.name}/${claim.planned.id}`;
      if (claim.verdict === undefined) return [finding('no verdict', `${name} was planned but never judged`)];
      if (claim.verdict.kind === 'skipped' && claim.planned.skip === undefined) {
        return [finding('unplanned skip', `${name} was skipped although the plan says it can be judged`)];
      }
      const proven = claim.subject?.kind === 'seen' && claim.control?.kind === 'seen';
      return claim.verdict.kind === 'holds' && !proven
        ? [finding('holds without proof', `${name} holds without having seen both subject and control`)]
        : [];
    }),
  );
}

function verdictFindings(events: readonly SummaryEvent[], units: readonly UnitSummary[]): readonly Finding[] {
  const planned = new Set(
    units.flatMap((unit) => unit.claims.map((claim) => `${unit.name}/${claim.planned.id}`)),
  );
  const judged = events.flatMap((event) =>
    event.type === 'verdict' ? [`${unitName(event.unit)}/${event.claim}`] : [],
  );
  return [
    ...[...new Set(judged)]
      .filter((name) => !planned.has(name))
      .map((name) => finding('not planned', `${name} has a verdict but was never planned`)),
    ...repeated(judged).map((name) => finding('duplicate verdict', `${name} was judged more than once`)),
  ];
}

function judgeFindings(events: readonly SummaryEvent[]): readonly Finding[] {
  return events.flatMap((event) =>
    event.type === 'judge' && !event.agreed
      ? [finding('judge disagrees', `${event.by} came to other verdicts: ${event.detail}`)]
      : [],
  );
}

/** Each name that occurs more than once, once. */
function repeated(names: readonly string[]): readonly string[] {
  return [...Map.groupBy(names, (name) => name)].flatMap(([name, same]) => (same.length > 1 ? [name] : []));
}
