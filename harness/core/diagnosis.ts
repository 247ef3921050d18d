import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

/**
 * What a look at one property of this machine came to. `skipped`: there was nothing to look at. `auto-fixed`: podproof
 * works around it by itself. `warn`: it runs, but something may go wrong. `fail`: it cannot run. `refuse`: it could,
 * but must not.
 */
export type Level = 'ok' | 'skipped' | 'info' | 'auto-fixed' | 'warn' | 'fail' | 'refuse';

export interface Finding {
  readonly level: Level;
  /** What was done to find out, in a few words: "asked unix:///var/run/docker.sock for its /info". */
  readonly tried: string;
  readonly seen: string;
  /** Why that matters here; absent when all is well. */
  readonly cause?: string;
  /** One or two lines that somebody can follow. */
  readonly fix?: string;
  /** Of the error with which a run ends because of this alone. @default DOCTOR_FAILED or DOCTOR_REFUSED */
  readonly code?: string;
}

/** A finding with the check that it belongs to. */
export interface CheckResult extends Finding {
  /** D01, D02 … */
  readonly id: string;
  readonly title: string;
  /** Where more is written, relative to the project: `docs/doctor.md#d01-node`. */
  readonly doc: string;
  readonly ms: number;
}

/** All findings of one examination, in the order of their ids. */
export interface Diagnosis {
  readonly checks: readonly CheckResult[];
  readonly ms: number;
}

/** 8 when something is refused, 3 when something fails, else 0. */
export function exitOfDiagnosis({ checks }: Diagnosis): ExitCode {
  const some = (level: Level): boolean => checks.some((check) => check.level === level);
  if (some('refuse')) return EXIT_CODES.refused;
  return some('fail') ? EXIT_CODES.environment : EXIT_CODES.ok;
}
