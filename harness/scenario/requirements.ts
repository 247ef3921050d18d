import type { Lacks } from '../core/cluster.ts';
import type { Pod } from '../core/kube.ts';
import type { ExistingPod, Requirements } from './types.ts';

/** What a cluster offers, as far as it decides which claims it can show. */
export interface ClusterOffer {
  /** Nodes that take ordinary pods. */
  readonly schedulableNodes: number;
  /** Whether the runtime of all of them has user namespaces. */
  readonly userNamespaces: boolean;
  /** What the cluster cannot offer, with the reason. */
  readonly lacks?: Lacks & { readonly controlPlane?: string };
  /** Pods that were there before the run. */
  readonly pods: readonly Pod[];
}

/** Why a cluster cannot show what needs this; undefined when it can. */
export function reasonToSkip(requirements: Requirements, offer: ClusterOffer): string | undefined {
  const { schedulableNodes = 1, userNamespaces = false } = requirements;
  if (offer.schedulableNodes < schedulableNodes)
    return `needs ${String(schedulableNodes)} nodes that take pods, the cluster has ${String(offer.schedulableNodes)}`;
  if (userNamespaces && !offer.userNamespaces)
    return 'needs user namespaces, which the container runtime of this cluster does not offer';
  const [missing] = NEEDS.filter(({ key }) => requirements[key] === true && offer.lacks?.[key] !== undefined);
  return missing && `needs ${missing.words}: ${offer.lacks?.[missing.key] ?? ''}`;
}

const NEEDS = [
  { key: 'outsider', words: 'somebody outside of the nodes' },
  { key: 'registry', words: 'an image registry of our own' },
  { key: 'controlPlane', words: 'a node of the control plane' },
] as const;

/** The pod that an entry of `existing` means, or undefined. */
export function findExisting({ namespace, find }: ExistingPod, offer: ClusterOffer): Pod | undefined {
  const all = offer.pods.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.deletionTimestamp === undefined,
  );
  return all
    .filter((pod) => find(pod, all))
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0];
}
