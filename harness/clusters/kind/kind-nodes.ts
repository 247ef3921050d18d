import type { Deadline } from '../../core/deadline.ts';
import type { ContainerSummary } from '../../docker/engine-port.ts';
import type { ProviderDeps } from '../deps.ts';
import { CLUSTER_LABEL } from './labels.ts';

/** The containers of the nodes of a kind cluster, whatever their state. */
export function kindNodes(
  cluster: string,
  deadline: Deadline,
  { docker }: Pick<ProviderDeps, 'docker'>,
): Promise<readonly ContainerSummary[]> {
  return docker.containers.list({ [CLUSTER_LABEL]: cluster }, deadline);
}
