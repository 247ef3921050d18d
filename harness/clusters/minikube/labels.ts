/** minikube puts these on every container, volume and network (v1.38, pkg/drivers/kic/oci/types.go). */
export const CREATED_LABEL = 'created_by.minikube.sigs.k8s.io';
/** Its value is the name of the container, which for the first node is that of the cluster. */
export const NAME_LABEL = 'name.minikube.sigs.k8s.io';

/**
 * The names that minikube gives to its nodes, to their containers and to the volumes of these.
 *
 * @example nodeNames('podproof-3f2a91', 3) // ['podproof-3f2a91', 'podproof-3f2a91-m02', 'podproof-3f2a91-m03']
 */
export function nodeNames(cluster: string, nodes: number): readonly string[] {
  const others = Array.from({ length: nodes - 1 }, (_, index) => String(index + 2).padStart(2, '0'));
  return [cluster, ...others.map((number) => `${cluster}-m${number}`)];
}

/** Whether a node, its container or its volume of that name belongs to the cluster. */
export function isOfCluster(cluster: string, name: string): boolean {
  return (
    name === cluster || (name.startsWith(`${cluster}-m`) && /^\d{2,}$/.test(name.slice(cluster.length + 2)))
  );
}

/** minikube fills a new volume with the image's files by a container of this name, for a moment. */
export function sidecarName(node: string): string {
  return `${node}-preload-sidecar`;
}
