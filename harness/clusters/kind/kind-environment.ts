import type { ProviderDeps } from '../deps.ts';
import { toolEnvironment } from '../tool-environment.ts';

/** The environment for kind: no KIND_CLUSTER_NAME, KIND_EXPERIMENTAL_PROVIDER or …_DOCKER_NETWORK of the user. */
export function kindEnvironment(
  deps: Pick<ProviderDeps, 'engine' | 'environment'>,
): Readonly<Record<string, string>> {
  return toolEnvironment('KIND_', deps);
}
