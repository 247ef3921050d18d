import type { Deadline } from '../core/deadline.ts';
import type { ProgressStep } from '../core/progress.ts';

/** What bounds a stage: it decides how many of them run side by side. */
export type Lane = 'network' | 'cpu';

/**
 * One step of a build whose result is a folder. The key of the result covers name, settings, the content of all
 * inputs and the keys of what it needs; a stage must depend on nothing else.
 */
export interface Stage {
  /** Short and unique; part of the folder's name. */
  readonly name: string;
  /** For people: "Kubernetes v1.37.2". */
  readonly title: string;
  /** How long it took on the machine we measured, in milliseconds. */
  readonly estimateMs: number;
  readonly lane: Lane;
  readonly needs: readonly string[];
  /** Files and folders whose content decides the result. */
  readonly inputs: readonly string[];
  /** Any further values that decide the result. */
  readonly settings: unknown;
  /** Fills the folder `job.into`; may be called again after an interrupt, always with an empty folder. */
  build(job: StageJob): Promise<void>;
}

export interface StageJob {
  readonly into: string;
  readonly deadline: Deadline;
  readonly step: ProgressStep;
  /** The finished folder of a stage named in `needs`. */
  folderOf(name: string): string;
}
