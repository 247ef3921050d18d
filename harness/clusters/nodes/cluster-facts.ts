import type { Deadline } from '../../core/deadline.ts';
import type { KubeClient } from '../../core/kube.ts';
import type { NodeView } from './node-view.ts';

const SYSTEM = 'kube-system';

/** Versions and facts for the report, from where each is known best. */
export async function clusterFacts(
  views: readonly NodeView[],
  kube: KubeClient,
  deadline: Deadline,
  more: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const info = views[0]?.info ?? {};
  const [agents, system] = await Promise.all([
    kube.list('DaemonSet', { namespace: SYSTEM }, deadline),
    kube.get('Namespace', { name: SYSTEM }, deadline),
  ]);
  const word = (key: string): string => info[key] ?? 'unknown';
  return {
    kubernetes: word('kubeletVersion'),
    containerd: word('containerRuntimeVersion').replace('containerd://', ''),
    kernel: word('kernelVersion'),
    os: word('osImage'),
    architecture: word('architecture'),
    nodes: String(views.length),
    // The convention by which a cluster is told from every other one.
    clusterUid: system?.metadata.uid ?? 'unknown',
    // What is not kube-proxy and else runs on every node is the network plugin.
    cni: agents
      .map((agent) => agent.metadata.name)
      .filter((name) => name !== 'kube-proxy')
      .join(', '),
    ...more,
  };
}
