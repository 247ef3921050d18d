import type { Retried, SummaryEvent } from './run-summary.ts';

type VerdictEvent = Extract<SummaryEvent, { readonly type: 'verdict' }>;

/** What the events of a unit say about one claim, a second attempt included. */
export interface Attempts {
  /** The verdict that counts. */
  readonly judged: VerdictEvent | undefined;
  /** The events of the attempt that it belongs to. */
  readonly events: readonly SummaryEvent[];
  readonly retried: Retried | undefined;
}

/** Of several verdicts in one attempt the worst is shown, so that a duplicate can never hide a contradiction. */
const SEVERITY = ['contradicted', 'inconclusive', 'skipped', 'holds'] as const;

/**
 * Splits the events of a unit at its retry. Only an inconclusive verdict can be replaced by a second attempt: any other
 * stays a candidate, and the worst one counts.
 */
export function attemptsOf(claim: string, own: readonly SummaryEvent[]): Attempts {
  const at = own.findLastIndex((event) => event.type === 'retry' && event.claims.includes(claim));
  const first = at === -1 ? own : own.slice(0, at);
  const second = at === -1 ? [] : own.slice(at + 1);
  const before = verdictsOn(claim, first);
  const after = verdictsOn(claim, second);
  if (at === -1) return { judged: worst(before), events: first, retried: undefined };
  const why = before.flatMap(({ verdict }) => (verdict.kind === 'inconclusive' ? [verdict.why] : []));
  const retried = { why: why[0] ?? '', isJudged: after.length > 0 };
  if (after.length === 0) return { judged: worst(before), events: first, retried };
  const lasting = before.filter(({ verdict }) => verdict.kind !== 'inconclusive');
  return { judged: worst([...lasting, ...after]), events: second, retried };
}

function verdictsOn(claim: string, events: readonly SummaryEvent[]): readonly VerdictEvent[] {
  return events.filter((event) => event.type === 'verdict').filter((event) => event.claim === claim);
}

function worst(verdicts: readonly VerdictEvent[]): VerdictEvent | undefined {
  return verdicts.toSorted((a, b) => SEVERITY.indexOf(a.verdict.kind) - SEVERITY.indexOf(b.verdict.kind))[0];
}
