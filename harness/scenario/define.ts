import type { Json } from '../core/json.ts';
import type { Claim, Expectation, Scenario } from './types.ts';

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

/**
 * An expectation from a plain predicate.
 *
 * @param unclear returns a reason when the observation fits neither the claim nor its opposite
 * @example shows('the node’s own namespace', (seen) => seen.pod === seen.node)
 */
export function shows<T extends Json>(
  text: string,
  holds: (seen: T) => boolean,
  unclear: (seen: T) => string | undefined = () => undefined,
): Expectation<T> {
  return {
    text,
    check(seen) {
      const why = unclear(seen);
      if (why !== undefined) return { kind: 'unclear', why };
      return { kind: holds(seen) ? 'met' : 'unmet' };
    },
  };
}
