import type { ProviderDeps } from '../deps.ts';
import type { StateFolder } from '../cluster-record.ts';
import { toolEnvironment } from '../tool-environment.ts';

/**
 * The environment for minikube: profiles, keys, caches and logs stay in a folder of ours (minikube makes `.minikube`
 * below it), the kubeconfig is ours, no MINIKUBE_… variable of the user stands in for a flag, and nobody is asked
 * whether there is a newer version.
 */
export function minikubeEnvironment(
  home: string,
  kubeconfig: string,
  deps: Pick<ProviderDeps, 'engine' | 'environment'>,
): Readonly<Record<string, string>> {
  return {
    ...toolEnvironment('MINIKUBE_', deps),
    MINIKUBE_HOME: home,
    KUBECONFIG: kubeconfig,
    MINIKUBE_WANTUPDATENOTIFICATION: 'false',
  };
}

/** For a cluster of ours. */
export function environmentOf(
  folder: StateFolder,
  deps: Pick<ProviderDeps, 'engine' | 'environment'>,
): Readonly<Record<string, string>> {
  return minikubeEnvironment(homeOf(folder), folder.kubeconfig, deps);
}

/** What minikube writes at the same time as it prints events; the newest start overwrites it. */
export function logOf(folder: StateFolder): string {
  return folder.file('home/.minikube/logs/lastStart.txt');
}

function homeOf(folder: StateFolder): string {
  return folder.file('home');
}
