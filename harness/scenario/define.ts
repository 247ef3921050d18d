import type { Json } from '../core/json.ts';
import type { Claim, ClaimAbout, Scenario } from './types.ts';

/**
 * What a scenario file exports as default. It only gives types; the loader validates.
 *
 * @example export default defineScenario({ id: 'host-network', title: '…', article: {…}, claims: [claim({…})], mutants: [{…}] })
 */
export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}

/** A claim about pods, whose `show` and expectations know the type that `observe` returns. */
export function claim<T extends Json>(definition: ClaimAbout<'pod', T>): Claim {
  return { ...erased(definition), about: 'pod' };
}

/** A claim about workloads: Deployments and whatever else makes pods. */
export function workloadClaim<T extends Json>(definition: ClaimAbout<'workload', T>): Claim {
  return { ...erased(definition), about: 'workload' };
}

/** A claim about variants: subjects that are no objects of the cluster. */
export function variantClaim<T extends Json>(definition: ClaimAbout<'variant', T>): Claim {
  return { ...erased(definition), about: 'variant' };
}

/** What `observe` returned is what `show` and `holds` get, after a trip through a file; only they know its type. */
function erased<K extends 'pod' | 'workload' | 'variant', T extends Json>(
  definition: ClaimAbout<K, T>,
): ClaimAbout<K> {
  return definition;
}
