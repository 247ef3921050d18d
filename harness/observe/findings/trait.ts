import type { Json } from '../../core/json.ts';

export type TraitKind =
  | 'namespace'
  | 'identity'
  | 'capabilities'
  | 'devices'
  | 'seccomp'
  | 'AppArmor'
  | 'no new privileges'
  | '/proc'
  | '/sys'
  | 'host path'
  | 'host port'
  | 'sysctl';

/** One thing that a container or pod has, in words and as a value. */
export interface Trait {
  readonly kind: TraitKind;
  /** Tells traits of one kind apart: the namespace, the path, the port. */
  readonly about: string;
  readonly text: string;
  readonly value: Json;
}
