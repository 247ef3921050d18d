/** kind puts these on every node (kind v0.33, pkg/cluster/internal/providers/docker). */
export const CLUSTER_LABEL = 'io.x-k8s.kind.cluster';
export const ROLE_LABEL = 'io.x-k8s.kind.role';

/** The Docker network that all kind clusters share. */
export const KIND_NETWORK = 'kind';

/**
 * The names that kind gives to its nodes.
 *
 * @example nodeNames('podproof-3f2a91', 3) // ['podproof-3f2a91-control-plane', '…-worker', '…-worker2']
 */
export function nodeNames(cluster: string, nodes: number): readonly string[] {
  const workers = Array.from({ length: nodes - 1 }, (_, index) => (index === 0 ? '' : String(index + 1)));
  return [`${cluster}-control-plane`, ...workers.map((number) => `${cluster}-worker${number}`)];
}
