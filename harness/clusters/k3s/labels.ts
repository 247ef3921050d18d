/** Marks the one node of a cluster; the value is the cluster. */
export const K3S_LABEL = 'podproof.k3s';

/** @example nodeNames('podproof-3f2a91') // ['podproof-3f2a91-server'] */
export function nodeNames(cluster: string): readonly [string] {
  return [`${cluster}-server`];
}
