import type { KeepingProvider, ProviderDeps } from './deps.ts';
import { CLUSTER_LABEL } from './kind/labels.ts';
import { kindProvider } from './kind/provider.ts';
import { K3S_LABEL } from './k3s/labels.ts';
import { k3sProvider } from './k3s/provider.ts';
import { NAME_LABEL } from './minikube/labels.ts';
import { minikubeProvider } from './minikube/provider.ts';

/**
 * Every provider whose nodes are containers of the engine. A new one is a folder beside `kind`, a line here, and its
 * word in the settings.
 */
export type ProviderName = 'kind' | 'minikube' | 'k3s';

export function makeProviders(deps: ProviderDeps): Readonly<Record<ProviderName, KeepingProvider>> {
  return { kind: kindProvider(deps), minikube: minikubeProvider(deps), k3s: k3sProvider(deps) };
}

/** The labels by which the nodes of all of them are told from other containers. */
export const NODE_LABELS: readonly string[] = [CLUSTER_LABEL, NAME_LABEL, K3S_LABEL];
