import type { Json } from '../core/json.ts';
import type { Claim, Scenario } from './types.ts';

/**
 * What a scenario file exports as default. It only gives types; the loader validates.
 *
 * @example export default defineScenario({ id: 'host-network', title: '…', article: {…}, claims: [claim({…})], mutants: [{…}] })
 */
export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}

/** A claim whose `show` and expectations know the type that `observe` returns. */
export function claim<T extends Json>(definition: Claim<T>): Claim {
  return definition;
}
