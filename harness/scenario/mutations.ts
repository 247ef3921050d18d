import type { MutableContainer, MutablePod } from './mutant-types.ts';

type MutablePort = NonNullable<MutableContainer['ports']>[number];

/**
 * What a mutant does to every port of every container.
 *
 * @example { id: 'hostPort-9001', …, mutate: eachPort((port) => (port.hostPort = 9001)) }
 */
export function eachPort(change: (port: MutablePort) => void): (pod: MutablePod) => void {
  return ({ spec }) => spec.containers.forEach(({ ports }) => ports?.forEach(change));
}

/** Another way to keep the pods of a workload off each other's node: its ports go, required anti-affinity comes. */
export function antiAffinityInstead({ metadata, spec }: MutablePod): void {
  for (const container of spec.containers) delete container.ports;
  const term = { labelSelector: { matchLabels: metadata.labels }, topologyKey: 'kubernetes.io/hostname' };
  spec['affinity'] = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}
