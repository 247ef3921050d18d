import type { PlannedUnit } from '../core/events.ts';
import type { KubeObject, Pod } from '../core/kube.ts';
import type { Claim, LoadedScenario } from './types.ts';

/** A unit with everything needed to run it; `planned` is what goes into the journal. */
export interface Unit {
  readonly planned: PlannedUnit;
  readonly scenario: LoadedScenario;
  readonly objects: readonly KubeObject[];
  readonly claims: readonly Claim[];
  /** Pods that are there already, by the name that claims use. */
  readonly existing: ReadonlyMap<string, Pod>;
  /** See rounds.ts. Units of one round have no pod name in common. */
  readonly round: number;
  /** Where the letter A begins to count: scenarios begin on different nodes, so that all nodes share the work. */
  readonly firstNode: number;
}
