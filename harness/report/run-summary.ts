import type { CheckResult } from '../core/diagnosis.ts';
import type { NewRunEvent, PlannedClaim, PlannedUnit } from '../core/events.ts';
import type { Json } from '../core/json.ts';
import type { Observation } from '../core/observation.ts';
import type { Verdict } from '../core/verdict.ts';

/** An event with or without its time: the live console has none, the journal has. */
export type SummaryEvent = NewRunEvent & { readonly at?: string };

/** A run as reports see it: everything the events said, ordered by what was planned. All texts are sanitized. */
export interface RunSummary {
  readonly run: RunFacts;
  readonly cluster: ClusterFacts | undefined;
  /** Warnings of the doctor, and what podproof worked around. */
  readonly doctor: readonly CheckResult[];
  /** Units without a mutant, in the order of the plan. */
  readonly scenarios: readonly UnitSummary[];
  /** Units with a mutant, in the order of the plan. */
  readonly mutants: readonly MutantSummary[];
  readonly counts: ClaimCounts;
  readonly mutantCounts: Readonly<Record<MutantOutcome, number>>;
  readonly timings: Timings;
  readonly judge: { readonly by: string; readonly agreed: boolean; readonly detail: string } | undefined;
  readonly problems: readonly ProblemFacts[];
  /** What the run left behind against its will. */
  readonly leftovers: readonly string[];
  /** What was kept on purpose. */
  readonly kept: readonly string[];
  /** What others changed in an existing cluster during the run. */
  readonly meanwhile: readonly string[];
  /** What was collected of a run that is not fine. */
  readonly bundle: BundleFacts | undefined;
  readonly findings: readonly IntegrityFinding[];
  /** The exit code that the run itself reported; undefined when it did not get that far. */
  readonly exitCode: number | undefined;
}

export interface RunFacts {
  readonly id: string;
  /** ISO 8601; '' when the events carry no time. */
  readonly startedAt: string;
  readonly argv: readonly string[];
  readonly podproof: string;
  /** A claim that was judged at its second attempt only is exit 7. */
  readonly strict: boolean;
}

export interface ClusterFacts {
  readonly name: string;
  readonly provider: string;
  readonly nodes: readonly string[];
  readonly facts: Readonly<Record<string, string>>;
  readonly reused: boolean;
}

export interface UnitSummary {
  /** `host-port` or `host-port~hostPort-removed` */
  readonly name: string;
  readonly planned: PlannedUnit;
  readonly state: 'not started' | 'running' | 'finished';
  readonly ms: number | undefined;
  readonly error: string | undefined;
  readonly pods: readonly PodFacts[];
  readonly claims: readonly ClaimSummary[];
}

export interface MutantSummary extends UnitSummary {
  readonly outcome: MutantOutcome;
}

/**
 * `killed`: every claim that the mutant must turn is contradicted. `survived`: one still holds, so the check proves
 * nothing. `skipped`: none of its claims can be judged here. Everything else is `inconclusive`.
 */
export type MutantOutcome = 'killed' | 'survived' | 'inconclusive' | 'skipped';

export interface PodFacts {
  readonly pod: string;
  readonly node: string | null;
  readonly state: string;
  readonly ms: number;
}

export interface ClaimSummary {
  readonly planned: PlannedClaim;
  /** undefined as long as there is none; a claim that was planned as skipped is `skipped` from the start. */
  readonly verdict: Verdict | undefined;
  readonly expected: string;
  readonly seen: string;
  readonly controlSeen: string;
  readonly subject: Observation | undefined;
  readonly control: Observation | undefined;
  /** Set when the first attempt could not tell and a second one was made. */
  readonly retried: Retried | undefined;
}

export interface Retried {
  /** Why the first attempt could not tell. */
  readonly why: string;
  /** False as long as the second attempt has no verdict; the first one's is shown then. */
  readonly isJudged: boolean;
}

export interface ClaimCounts {
  readonly scenarios: number;
  readonly claims: number;
  readonly holds: number;
  readonly contradicted: number;
  readonly inconclusive: number;
  readonly skipped: number;
  readonly withoutVerdict: number;
  /** Judged at the second attempt only, whatever the verdict. */
  readonly retried: number;
}

/** Milliseconds; undefined when that point was not reached. */
export interface Timings {
  readonly setup: readonly { readonly step: string; readonly detail: string; readonly ms: number }[];
  readonly verdictMs: number | undefined;
  readonly judgeMs: number | undefined;
  readonly cleanMs: number | undefined;
  readonly totalMs: number | undefined;
}

export interface ProblemFacts {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly context: Readonly<Record<string, Json>>;
}

export interface BundleFacts {
  /** Name in the run folder; null when it could not be written. */
  readonly file: string | null;
  readonly bytes: number;
  readonly missing: readonly string[];
}

/** A way in which the run is not what was planned. */
export interface IntegrityFinding {
  readonly kind:
    | 'nothing executed'
    | 'no verdict'
    | 'not planned'
    | 'duplicate plan'
    | 'duplicate verdict'
    | 'unplanned skip'
    | 'unfounded retry'
    | 'nothing to judge'
    | 'holds without proof'
    | 'judge disagrees';
  readonly text: string;
}
