import type { Cluster } from '../core/cluster.ts';
import type { EventSink } from '../core/events.ts';
import type { KubeClient, KubeObject } from '../core/kube.ts';
import type { Turnstile } from '../core/turnstile.ts';
import type { Locks } from './locks.ts';
import type { Unit } from './unit.ts';
import type { PodBoard } from './pod-board.ts';
import type { SecurityLevel } from './security-level.ts';

/** What all units of a run have in common. */
export interface UnitContext {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  readonly board: PodBoard;
  readonly locks: Locks;
  /** True when another unit of this run needs what the unit has locked. */
  readonly isContested: (unit: Unit) => boolean;
  /** True when units follow that need the room; otherwise the pods stay until the run is over. */
  readonly tidyEarly: boolean;
  readonly turnstile: Turnstile;
  readonly sink: EventSink;
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Aborts when code of a scenario, by its folder, had to be stopped: what waits for it would wait for ever. */
  readonly codeStopped: (folder: string) => AbortSignal;
  readonly namespaceFor: (round: number, level: SecurityLevel) => Promise<string>;
  /** Keeps what was applied, for readers who want to repeat it. */
  readonly keepManifests: (unit: string, objects: readonly KubeObject[]) => void;
}
