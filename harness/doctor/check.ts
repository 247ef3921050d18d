import type { Deadline } from '../core/deadline.ts';
import type { Finding, Level } from '../core/diagnosis.ts';
import type { Patient } from './patient.ts';

/**
 * When a run makes the check by itself. `start`: before anything is started. `engine`: as soon as the engine answers.
 * `cluster`: before a new cluster is made, not when a kept one is taken over. `run`: the run meets the same thing
 * itself, before there is a cluster, and with the same words. `doctor`: only on request, because it changes nothing.
 */
export type Moment = 'start' | 'engine' | 'cluster' | 'run' | 'doctor';

export interface Check {
  /** Stable: D01, D02 … Numbers of checks that went away are not given again. */
  readonly id: string;
  readonly title: string;
  readonly moment: Moment;
  /** Limit for this check alone. @default 9000 */
  readonly limitMs?: number;
  readonly about: About;
  /** Looks and judges by what it saw. May throw: then nobody could look, which is a warning of its own. */
  look(patient: Patient, deadline: Deadline): Promise<Finding> | Finding;
}

/** The check's section of docs/doctor.md. */
export interface About {
  /** What it looks at, and how: one sentence. */
  readonly looks: string;
  /** What goes wrong otherwise. */
  readonly matters: string;
  readonly levels: Partial<Readonly<Record<Exclude<Level, 'ok' | 'skipped'>, string>>>;
  /** What to do; commands in backticks. */
  readonly fix: readonly string[];
  /** Public pages that say more. */
  readonly links?: readonly string[];
}

/** `docs/doctor.md#d06-control-groups`, as GitHub names the heading of the check. */
export function docOf({ id, title }: Pick<Check, 'id' | 'title'>): string {
  const anchor = `${id} ${title}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
  return `docs/doctor.md#${anchor}`;
}
