import type { Deadline } from '../../core/deadline.ts';
import type { ContainerSummary } from '../../docker/engine-port.ts';
import type { ProviderDeps } from '../deps.ts';
import { CREATED_LABEL, isOfCluster, NAME_LABEL } from './labels.ts';

/**
 * The containers of the nodes of a minikube cluster, whatever their state. No label has the name of the cluster: its
 * nodes are those of minikube's containers whose own name, in the label and in fact, begins with it.
 */
export async function minikubeNodes(
  cluster: string,
  deadline: Deadline,
  { docker }: Pick<ProviderDeps, 'docker'>,
): Promise<readonly ContainerSummary[]> {
  const listed = await docker.containers.list({ [CREATED_LABEL]: 'true' }, deadline);
  return listed.filter(({ name, labels }) => labels[NAME_LABEL] === name && isOfCluster(cluster, name));
}
