import type { ProcessIdentity } from '../core/process-identity.ts';

/** What the watchdog is told at its start. */
export interface WatchdogOrder {
  readonly argv: readonly [string, ...string[]];
  readonly watched: ProcessIdentity;
}

/** Written into the pipe when there is nothing to clean up. */
export const DISMISSAL = 'dismissed\n';
