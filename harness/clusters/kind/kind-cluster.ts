import type { Cluster, ClusterNode } from '../../core/cluster.ts';
import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { KubeClient } from '../../core/kube.ts';
import { OUTSIDER_LABEL, startOutsider } from '../../docker/outsider.ts';
import type { ProviderDeps } from '../deps.ts';
import { KIND_NETWORK } from './labels.ts';
import type { NodeView } from './node-view.ts';

export interface ClusterParts {
  readonly name: string;
  readonly kubeconfig: string;
  readonly views: readonly NodeView[];
  readonly workloadImage: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly reused: boolean;
}

/** Puts the handle together that the rest of podproof uses. */
export function kindCluster(parts: ClusterParts, deps: Pick<ProviderDeps, 'docker' | 'engine'>): Cluster {
  const { name, kubeconfig, views, workloadImage, facts, reused } = parts;
  let outsider: Promise<CommandRunner> | undefined;
  const start = async (deadline: Deadline): Promise<CommandRunner> => {
    // One that an earlier run on this kept cluster left is as good as a new one.
    const [earlier] = await deps.docker.containers.list({ [OUTSIDER_LABEL]: name }, deadline);
    const state = earlier && (await deps.docker.containers.inspect(earlier.id, deadline));
    if (earlier !== undefined && state?.running === true && !state.paused)
      return deps.docker.runner(earlier.name, 'cluster network');
    const { runner } = await startOutsider({
      docker: deps.docker,
      env: deps.engine.env,
      image: workloadImage,
      network: KIND_NETWORK,
      cluster: name,
      deadline,
    });
    return runner;
  };
  return {
    name,
    provider: 'kind',
    kubeconfig,
    nodes: views.map((view) => clusterNode(view, deps)),
    workloadImage,
    facts,
    reused,
    registry: () => Promise.reject(new Error('this provider has no registry yet')),
    outsider(deadline) {
      // A start that failed must not answer for the next one.
      outsider ??= start(deadline).catch((error: unknown) => {
        outsider = undefined;
        throw error;
      });
      return deadline.race(outsider);
    },
  };
}

function clusterNode(view: NodeView, { docker }: Pick<ProviderDeps, 'docker'>): ClusterNode {
  const { name, address, role, schedulable } = view;
  // kind gives node and container the same name.
  return { name, address, role, schedulable, runner: docker.runner(name, `node ${name}`) };
}

/** Versions and facts for the report, from where each is known best. */
export async function clusterFacts(
  views: readonly NodeView[],
  kube: KubeClient,
  deadline: Deadline,
  more: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const info = views[0]?.info ?? {};
  const agents = await kube.list('DaemonSet', { namespace: 'kube-system' }, deadline);
  const word = (key: string): string => info[key] ?? 'unknown';
  return {
    kubernetes: word('kubeletVersion'),
    containerd: word('containerRuntimeVersion').replace('containerd://', ''),
    kernel: word('kernelVersion'),
    os: word('osImage'),
    architecture: word('architecture'),
    nodes: String(views.length),
    // Every kind cluster has kube-proxy; what else runs on every node is the network plugin.
    cni: agents
      .map((agent) => agent.metadata.name)
      .filter((name) => name !== 'kube-proxy')
      .join(', '),
    ...more,
  };
}
