import type { Deadline } from '../core/deadline.ts';
import { stateFolder } from './cluster-record.ts';
import type { KeepingProvider, OwnedCluster } from './deps.ts';

/** The clusters of all providers, for whoever cleans up. */
export interface AllClusters {
  list(): Promise<readonly OwnedCluster[]>;
  /** Removed by the provider that made it. @throws what that provider throws */
  destroy(name: string, deadline: Deadline): Promise<void>;
}

/**
 * Lists and removes clusters whatever made them: who runs kind today must not stumble over what a killed run left with
 * another provider yesterday. A damaged record does not tell its provider; then each of them removes what it finds.
 *
 * @example await sweep(everyProvider([kind, minikube], cacheDir), { deadline })
 */
export function everyProvider(providers: readonly KeepingProvider[], cacheDir: string): AllClusters {
  return {
    async list() {
      const listed = (await Promise.all(providers.map((provider) => provider.list()))).flat();
      // A damaged record is listed by all of them.
      return [...new Map(listed.map((cluster) => [cluster.name, cluster])).values()];
    },
    async destroy(name, deadline) {
      const made = (await stateFolder(cacheDir, name).read())?.provider;
      for (const provider of providers)
        if (made === undefined || provider.id === made) await provider.destroy(name, deadline);
    },
  };
}
