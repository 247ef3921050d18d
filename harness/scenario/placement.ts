import type { Cluster } from '../core/cluster.ts';
import { isPod } from '../core/kube.ts';
import { schedulableNames } from './every-node.ts';
import type { Unit } from './unit.ts';

/**
 * Says which node a pod or the pods of a workload go to. A and B are neighbours in the list of nodes that take pods,
 * and each scenario begins at another one, so that all nodes share the work; a unit on one node begins there.
 *
 * @returns for each manifest name a node, or undefined when the scheduler decides
 */
export function nodePicker(
  unit: Unit,
  { nodes }: Pick<Cluster, 'nodes'>,
): (name: string) => string | undefined {
  const names = schedulableNames({ nodes });
  const { node } = unit.planned;
  const first = node === undefined ? unit.firstNode : names.indexOf(node);
  const pods = new Set(unit.scenario.objects.filter(isPod).map(({ metadata }) => metadata.name));
  return (name) => {
    const letter = unit.scenario.place?.[name] ?? (pods.has(name) ? 'A' : undefined);
    if (letter === undefined) return undefined;
    return names[(first + (letter === 'B' ? 1 : 0)) % names.length];
  };
}
