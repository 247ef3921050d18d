import type { Pod } from '../core/kube.ts';
import type { ExistingPod, Requirements } from './types.ts';

/** What a cluster offers, as far as it decides which claims it can show. */
export interface ClusterOffer {
  /** Nodes that take ordinary pods. */
  readonly schedulableNodes: number;
  /** Whether the runtime of all of them has user namespaces. */
  readonly userNamespaces: boolean;
  /** Pods that were there before the run. */
  readonly pods: readonly Pod[];
}

/** Why a cluster cannot show what needs this; undefined when it can. */
export function reasonToSkip(
  { schedulableNodes = 1, userNamespaces = false }: Requirements,
  offer: ClusterOffer,
): string | undefined {
  if (offer.schedulableNodes < schedulableNodes)
    return `needs ${String(schedulableNodes)} nodes that take pods, the cluster has ${String(offer.schedulableNodes)}`;
  if (userNamespaces && !offer.userNamespaces)
    return 'needs user namespaces, which the container runtime of this cluster does not offer';
  return undefined;
}

/** The pod that an entry of `existing` means, or undefined. */
export function findExisting({ namespace, find }: ExistingPod, offer: ClusterOffer): Pod | undefined {
  const all = offer.pods.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.deletionTimestamp === undefined,
  );
  return all
    .filter((pod) => find(pod, all))
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0];
}
