import type { ExitCode } from '../core/exit-codes.ts';
import type { Level } from '../core/diagnosis.ts';
import type { Json } from '../core/json.ts';
import type { Observation } from '../core/observation.ts';
import type { Verdict } from '../core/verdict.ts';
import type { MutantOutcome } from './run-summary.ts';

/**
 * The result file, for programs. `schema` changes when a field changes its meaning or goes away; new fields may
 * come at any time. Times are milliseconds; a time that was not reached is null.
 */
export interface ResultV1 {
  readonly schema: 1;
  readonly run: {
    readonly id: string;
    /** ISO 8601 */
    readonly startedAt: string;
    readonly argv: readonly string[];
  };
  /** podproof, the provider and everything else whose version decides what is seen. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cluster: {
    readonly name: string;
    readonly provider: string;
    readonly nodes: readonly string[];
    readonly reused: boolean;
  } | null;
  /** What the doctor warned of, and what podproof worked around (`auto-fixed`). */
  readonly doctor: readonly {
    readonly id: string;
    readonly level: Level;
    readonly seen: string;
    readonly cause: string | null;
  }[];
  /** What was to be executed: names of units and the ids of their claims. */
  readonly plan: readonly { readonly unit: string; readonly claims: readonly string[] }[];
  readonly scenarios: readonly ScenarioV1[];
  readonly mutants: readonly MutantV1[];
  readonly counts: Readonly<
    Record<'scenarios' | 'claims' | Verdict['kind'] | 'withoutVerdict' | 'retried', number>
  >;
  readonly timings: {
    readonly setup: readonly { readonly step: string; readonly detail: string; readonly ms: number }[];
    readonly verdictMs: number | null;
    readonly judgeMs: number | null;
    readonly cleanMs: number | null;
    readonly totalMs: number | null;
  };
  readonly judge: { readonly by: string; readonly agreed: boolean; readonly detail: string } | null;
  readonly cleanup: {
    readonly leftovers: readonly string[];
    readonly kept: readonly string[];
    /** Absent when nothing was, or when the cluster was podproof's own. */
    readonly meanwhile?: readonly string[];
  };
  /** Of a run that is not fine: a file in the run folder with everything that helps to find out why. */
  readonly bundle: {
    readonly file: string | null;
    readonly bytes: number;
    readonly missing: readonly string[];
  } | null;
  readonly integrity: readonly { readonly kind: string; readonly text: string }[];
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly exitCode: number;
    readonly context: Readonly<Record<string, Json>>;
  }[];
  readonly exitCode: ExitCode;
}

export interface ScenarioV1 {
  readonly id: string;
  /** The node that this is about; absent when one node speaks for all. */
  readonly node?: string;
  readonly title: string;
  readonly heading: string;
  /** First and last line of the article. */
  readonly lines: readonly [number, number];
  /** `sha256:…` of the manifest as files and mutant make it; null in records of older versions. */
  readonly manifest: string | null;
  readonly ms: number | null;
  readonly error: string | null;
  readonly pods: readonly {
    readonly pod: string;
    readonly node: string | null;
    readonly state: string;
    readonly ms: number;
  }[];
  readonly claims: readonly ClaimV1[];
}

export interface MutantV1 extends ScenarioV1 {
  readonly mutant: string;
  readonly change: string;
  readonly outcome: MutantOutcome;
}

export interface ClaimV1 {
  readonly id: string;
  readonly must: string;
  readonly lines: readonly [number, number];
  /** What the article gets wrong here; null where it is right. */
  readonly correction: string | null;
  /** null when the claim was planned but never judged. */
  readonly verdict: Verdict | null;
  readonly expected: string;
  readonly seen: string;
  readonly controlSeen: string;
  readonly subject: PartV1;
  readonly control: PartV1;
  /** Set when the first attempt could not tell, and why; the rest is the second attempt's. */
  readonly retried: { readonly why: string } | null;
}

export interface PartV1 {
  readonly pod: string;
  readonly observation: Observation | null;
}
