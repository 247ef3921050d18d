import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { ContainerSummary } from '../../docker/engine-port.ts';
import type { ProviderDeps } from '../deps.ts';
import { assertConfined } from './confined.ts';
import { limitNodes } from './limit-nodes.ts';

export interface NodeContainers {
  readonly containers: readonly string[];
  /** Of the image that they were made from. */
  readonly imageId: string;
  /** What keeps them from taking the whole machine. */
  readonly limits: string;
}

export interface NodeCount {
  readonly listed: readonly ContainerSummary[];
  /** How many were asked for. */
  readonly nodes: number;
  readonly deadline: Deadline;
}

/**
 * The containers of a new cluster: as many as asked for, each of them confined, and from now on limited.
 *
 * @throws SafetyError NODE_PORT_EXPOSED, HOST_MOUNTED; InfrastructureError NODES_MISSING
 */
export async function nodeContainers(
  { listed, nodes, deadline }: NodeCount,
  deps: Pick<ProviderDeps, 'docker'>,
): Promise<NodeContainers> {
  const { docker } = deps;
  const states = await Promise.all(listed.map(({ id }) => docker.containers.inspect(id, deadline)));
  const found = states.filter((state) => state !== undefined);
  assertConfined(found);
  if (found.length !== nodes) {
    throw new InfrastructureError(
      'NODES_MISSING',
      `There are ${String(found.length)} node containers, ${String(nodes)} were asked for.`,
      { hint: 'Look at the log of the container engine, then run again.' },
    );
  }
  const containers = found.map((state) => state.name).toSorted();
  const limits = await limitNodes(containers, deps, deadline);
  return { containers, imageId: found[0]?.imageId ?? 'unknown', limits };
}
