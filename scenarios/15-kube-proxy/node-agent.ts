import type { Pod } from '../../harness/index.ts';

/** Where a node's container runtime looks for the configuration of the pod network; some distributions put it elsewhere. */
const CNI_FOLDER = /\/cni\/net\.d\/?$/;

/**
 * A CNI agent by what makes one, whatever it is called: a pod of a DaemonSet that is on the network of every node on
 * which kube-system has pods at all, and that can write the node's network configuration. Other agents, of logs, clouds
 * or devices, are on the node's network, too. Some CNI agents are privileged; those show nothing here.
 */
export function isNodeAgent(pod: Pod, all: readonly Pod[]): boolean {
  const name = daemonSetOf(pod);
  if (name === undefined || name === 'kube-proxy') return false;
  if (pod.spec.hostNetwork !== true || isPrivileged(pod.spec)) return false;
  if (!hostPathsOf(pod).some((path) => CNI_FOLDER.test(path))) return false;
  const nodesOf = (pods: readonly Pod[]): Set<string> =>
    new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []));
  const own = nodesOf(all.filter((each) => daemonSetOf(each) === name));
  return [...nodesOf(all)].every((node) => own.has(node));
}

export function isPrivileged({ containers }: Pod['spec']): boolean {
  return containers.some(({ securityContext }) => securityContext?.privileged === true);
}

function hostPathsOf({ spec }: Pod): readonly string[] {
  const volumes: readonly unknown[] = Array.isArray(spec['volumes']) ? spec['volumes'] : [];
  return volumes.flatMap((volume) => textIn(fieldOf(volume, 'hostPath'), 'path'));
}

function textIn(value: unknown, field: string): readonly string[] {
  const text = fieldOf(value, field);
  return typeof text === 'string' ? [text] : [];
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === field)?.[1]
    : undefined;
}

function daemonSetOf({ metadata }: Pod): string | undefined {
  return metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet')?.name;
}
