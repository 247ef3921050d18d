import type { MutableContainer, MutablePod } from './mutant-types.ts';

/**
 * A `mutate` that changes every container of the pod in the same way.
 *
 * @example mutate: everyContainer((container) => delete container.securityContext)
 */
export function everyContainer(change: (container: MutableContainer) => unknown): (pod: MutablePod) => void {
  return ({ spec }) => {
    for (const container of spec.containers) change(container);
  };
}
