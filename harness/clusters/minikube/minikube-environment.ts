import type { ProviderDeps } from '../deps.ts';
import type { StateFolder } from '../cluster-record.ts';
import { toolEnvironment } from '../tool-environment.ts';

/**
 * The environment for minikube at work on a cluster of ours: profiles, keys, caches and logs stay in its folder, the
 * kubeconfig is its own, no MINIKUBE_… variable of the user stands in for a flag, and nobody is asked whether there is
 * a newer version.
 */
export function environmentOf(
  folder: StateFolder,
  deps: Pick<ProviderDeps, 'engine' | 'environment'>,
): Readonly<Record<string, string>> {
  return {
    ...toolEnvironment('MINIKUBE_', deps),
    MINIKUBE_HOME: homeOf(folder),
    KUBECONFIG: folder.kubeconfig,
    MINIKUBE_WANTUPDATENOTIFICATION: 'false',
  };
}

/** What minikube writes at the same time as it prints events; the newest start overwrites it. */
export function logOf(folder: StateFolder): string {
  return folder.file('home/.minikube/logs/lastStart.txt');
}

/** minikube makes `.minikube` in it. */
export function homeOf(folder: StateFolder): string {
  return folder.file('home');
}
