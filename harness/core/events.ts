import type { CheckResult } from './diagnosis.ts';
import type { Json } from './json.ts';
import type { Evidence, Observation } from './observation.ts';
import type { Verdict } from './verdict.ts';

/** A scenario as it is, or one of its mutants: the smallest thing that is set up, observed and removed as a whole. */
export interface UnitId {
  readonly scenario: string;
  /** Present when the subject's manifest was changed on purpose. */
  readonly mutant?: string;
  /** Present when it is judged on every node: the one that this is about. */
  readonly node?: string;
}

export interface PlannedClaim {
  readonly id: string;
  /** The MUST sentence. */
  readonly must: string;
  /** First and last line of the article. */
  readonly lines: readonly [number, number];
  readonly subject: string;
  readonly control: string;
  /** What the article gets wrong, where it does. */
  readonly correction?: string;
  /** Set when the claim cannot be judged here; known before anything starts. */
  readonly skip?: string;
}

export interface PlannedUnit extends UnitId {
  readonly title: string;
  readonly heading: string;
  readonly lines: readonly [number, number];
  /** Claims that are judged in this unit. For a mutant: the ones it must turn `contradicted`. */
  readonly claims: readonly PlannedClaim[];
  /** What the mutant changes, in words. */
  readonly change?: string;
  /** `sha256:…` of its manifest as the files and the mutant make it. */
  readonly manifest?: string;
}

/**
 * Everything that happens in a run, in order. The journal is this list as NDJSON; reports, the judge and later
 * replays read nothing else.
 */
export type RunEvent = { readonly at: string } & (
  | {
      readonly type: 'run.started';
      readonly runId: string;
      readonly argv: readonly string[];
      readonly podproof: string;
      /** Set when a claim that was judged at its second attempt only makes the run exit 7. */
      readonly strict?: true;
    }
  | {
      readonly type: 'setup';
      readonly step: 'engine' | 'node image' | 'cluster';
      readonly detail: string;
      readonly ms: number;
    }
  | {
      readonly type: 'doctor';
      /** Warnings, and what podproof works around by itself. */
      readonly findings: readonly CheckResult[];
    }
  | { readonly type: 'plan'; readonly units: readonly PlannedUnit[] }
  | {
      readonly type: 'cluster';
      readonly name: string;
      readonly provider: string;
      readonly nodes: readonly string[];
      readonly facts: Readonly<Record<string, string>>;
      readonly reused: boolean;
    }
  | { readonly type: 'unit.started'; readonly unit: UnitId }
  | {
      /** Something was done on purpose before pods were created, such as pushing another image under a tag. */
      readonly type: 'acted';
      readonly unit: UnitId;
      readonly what: string;
      readonly evidence: readonly Evidence[];
      readonly error?: string;
      readonly ms: number;
    }
  | {
      readonly type: 'pod.settled';
      readonly unit: UnitId;
      readonly pod: string;
      readonly node: string | null;
      readonly state: string;
      readonly ms: number;
    }
  | {
      readonly type: 'observed';
      readonly unit: UnitId;
      readonly claim: string;
      readonly role: 'subject' | 'control';
      readonly observation: Observation;
    }
  | {
      readonly type: 'verdict';
      readonly unit: UnitId;
      readonly claim: string;
      readonly verdict: Verdict;
      readonly expected: string;
      readonly seen: string;
      readonly controlSeen: string;
    }
  | { readonly type: 'unit.finished'; readonly unit: UnitId; readonly ms: number; readonly error?: string }
  | {
      /** Claims that could not be judged are observed once more, with new pods; their next verdicts count. */
      readonly type: 'retry';
      readonly unit: UnitId;
      readonly claims: readonly string[];
    }
  | {
      readonly type: 'judge';
      readonly by: 'jest';
      readonly agreed: boolean;
      readonly detail: string;
      readonly ms: number;
    }
  | {
      readonly type: 'problem';
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
      readonly exitCode: number;
      readonly context?: Readonly<Record<string, Json>>;
    }
  | { readonly type: 'verdicts.done'; readonly ms: number }
  | {
      readonly type: 'clean';
      readonly ms: number;
      readonly leftovers: readonly string[];
      readonly kept: readonly string[];
      /** What else changed in an existing cluster during the run, by others as far as one can tell. */
      readonly meanwhile?: readonly string[];
    }
  | {
      /** Of a run that is not fine: one file for whoever is to find out why. */
      readonly type: 'bundle';
      /** Its name in the run folder; null when it could not be written. */
      readonly file: string | null;
      readonly bytes: number;
      /** What is not in it, and why. */
      readonly missing: readonly string[];
      readonly ms: number;
    }
  | { readonly type: 'run.finished'; readonly exitCode: number; readonly ms: number }
);

/** An event without its time stamp: the journal adds it. */
export type NewRunEvent = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;

/** Where events go. Emitting never throws and never waits. */
export interface EventSink {
  emit(event: NewRunEvent): void;
}

/**
 * `host-port`, `host-port~hostPort-removed` or `host-port@worker-1`: one word for a unit, used in names of files and
 * tests.
 */
export function unitName({ scenario, mutant, node }: UnitId): string {
  if (mutant !== undefined) return `${scenario}~${mutant}`;
  return node === undefined ? scenario : `${scenario}@${node}`;
}
