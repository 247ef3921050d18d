import type { Cluster } from '../core/cluster.ts';
import type { Deadline } from '../core/deadline.ts';
import { isPod, type KubeClient, type KubeObject } from '../core/kube.ts';
import type { ClusterOffer } from '../scenario/requirements.ts';

/** The namespace of the control plane and of what runs on every node. */
const SYSTEM = 'kube-system';

/** Asks a cluster what decides which claims it can show. @throws InfrastructureError */
export async function offerOf(cluster: Cluster, kube: KubeClient, deadline: Deadline): Promise<ClusterOffer> {
  const [nodes, pods] = await Promise.all([
    kube.list('Node', {}, deadline),
    kube.list('Pod', { namespace: SYSTEM }, deadline),
  ]);
  const names = new Set(cluster.nodes.filter(({ schedulable }) => schedulable).map(({ name }) => name));
  return {
    schedulableNodes: names.size,
    userNamespaces: nodes.filter(({ metadata }) => names.has(metadata.name)).every(hasUserNamespaces),
    lacks: {
      ...cluster.lacks,
      ...(cluster.nodes.some(({ role }) => role === 'control-plane')
        ? {}
        : { controlPlane: 'no node is labelled as one' }),
    },
    pods: pods.filter(isPod),
  };
}

/**
 * Whether the node's default runtime can map users. Source: NodeStatus.runtimeHandlers, filled by the kubelet since
 * 1.31 from what the container runtime says of itself; the handler without a name is the default.
 */
function hasUserNamespaces({ status }: KubeObject): boolean {
  const { runtimeHandlers = [] } = (status ?? {}) as {
    runtimeHandlers?: readonly { name?: string; features?: { userNamespaces?: boolean } }[];
  };
  return runtimeHandlers.some(({ name = '', features }) => name === '' && features?.userNamespaces === true);
}
