import type { Verdict } from '../core/verdict.ts';
import { consoleReport } from './console.ts';
import { resultOf } from './json.ts';
import type { SummaryEvent } from './run-summary.ts';
import { summarize } from './summary.ts';

/** What the documentation shows of one real run. */
export interface RecordedRun {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly claims: readonly RecordedClaim[];
  /** What the run printed, 100 columns wide and without colours. */
  readonly console: string;
}

export interface RecordedClaim {
  readonly scenario: string;
  readonly claim: string;
  readonly verdict: Verdict | null;
  readonly seen: string;
  readonly controlSeen: string;
}

/** Picks it from the events of a run. The console text is written again from them, so it is exactly what people saw. */
export function recordRun(events: readonly (SummaryEvent & { readonly at: string })[]): RecordedRun {
  const result = resultOf(summarize(events));
  const lines: string[] = [];
  const report = consoleReport({
    write: (text) => lines.push(text),
    style: { width: 100, color: false, unicode: true },
    evidence: 'runs/…',
  });
  for (const event of events) report.emit(event);
  return {
    date: result.run.startedAt.slice(0, 10),
    versions: result.versions,
    exitCode: result.exitCode,
    claims: result.scenarios.flatMap(({ id, claims }) =>
      claims.map(({ id: claim, verdict, seen, controlSeen }) => ({
        scenario: id,
        claim,
        verdict,
        seen,
        controlSeen,
      })),
    ),
    console: lines.join(''),
  };
}
