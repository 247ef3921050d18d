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
  return units.flatMap((unit) => [
    ...(unit.claims.length === 0
      ? [finding('nothing to judge', `${unit.name} was planned without a claim`)]
      : []),
    ...unit.claims.flatMap((claim) => {
      const name = `${unit.name}/${claim.planned.id}`;
      if (claim.verdict === undefined) return [finding('no verdict', `${name} was planned but never judged`)];
      if (claim.verdict.kind === 'skipped' && claim.planned.skip === undefined) {
        return [finding('unplanned skip', `${name} was skipped although the plan says it can be judged`)];
      }
      return claim.verdict.kind === 'holds' ? proofFindings(name, claim) : [];
    }),
  ]);
}

/** Whoever holds has been looked at: both pods, and by at least one question each. */
function proofFindings(name: string, { subject, control }: ClaimSummary): readonly Finding[] {
  if (subject?.kind !== 'seen' || control?.kind !== 'seen')
    return [finding('holds without proof', `${name} holds without having seen both subject and control`)];
  return [subject, control].some(({ evidence }) => evidence.length === 0)
    ? [finding('holds without proof', `${name} holds although nothing was asked of subject or control`)]
    : [];
}

function verdictFindings(events: readonly SummaryEvent[], units: readonly UnitSummary[]): readonly Finding[] {
  const planned = new Set(
    units.flatMap((unit) => unit.claims.map((claim) => `${unit.name}/${claim.planned.id}`)),
  );
  const { judged, retries } = followAttempts(events);
  return [
    ...[...new Set(judged.map(({ name }) => name))]
      .filter((name) => !planned.has(name))
      .map((name) => finding('not planned', `${name} has a verdict but was never planned`)),
    ...repeated(judged.map(({ name, attempt }) => `${name} ${String(attempt)}`)).map((each) =>
      finding('duplicate verdict', `${each.split(' ')[0] ?? ''} was judged more than once`),
    ),
    ...retries,
  ];
}

/** Every verdict with the attempt that it belongs to, and every retry that had no reason. */
function followAttempts(events: readonly SummaryEvent[]): {
  readonly judged: readonly { readonly name: string; readonly attempt: number }[];
  readonly retries: readonly Finding[];
} {
  const attempts = new Map<string, number>();
  const verdicts = new Map<string, string>();
  const judged: { name: string; attempt: number }[] = [];
  const retries: Finding[] = [];
  for (const event of events) {
    if (event.type === 'verdict') {
      const name = `${unitName(event.unit)}/${event.claim}`;
      judged.push({ name, attempt: attempts.get(name) ?? 1 });
      verdicts.set(name, event.verdict.kind);
    }
    if (event.type !== 'retry') continue;
    for (const name of event.claims.map((claim) => `${unitName(event.unit)}/${claim}`)) {
      const last = verdicts.get(name) ?? 'without a verdict';
      if (last !== 'inconclusive')
        retries.push(finding('unfounded retry', `${name} was tried again although it was ${last}`));
      if (attempts.has(name))
        retries.push(finding('unfounded retry', `${name} was tried again more than once`));
      attempts.set(name, (attempts.get(name) ?? 1) + 1);
    }
  }
  return { judged, retries };
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
