import { mkdir } from 'node:fs/promises';
import type { MultiNode } from '../../core/cluster.ts';
import type { ProviderDeps } from '../deps.ts';
import { containerProvider, type ContainerProvider } from '../lifecycle/container-provider.ts';
import type { NodeMaker } from '../lifecycle/node-maker.ts';
import { keepLogs } from './keep-logs.ts';
import { killOrphans } from './kill-orphans.ts';
import { nodeNames, sidecarName } from './labels.ts';
import { laptopOf } from './laptop.ts';
import { loadImage } from './load-image.ts';
import { homeOf } from './minikube-environment.ts';
import { minikubeNodes } from './minikube-nodes.ts';
import { MOST_NODES, planCluster, type MinikubePlan } from './plan.ts';
import { removeRest } from './remove-rest.ts';
import { runMinikubeStart } from './run-minikube.ts';

/** On stock nodes kubectl is only among minikube's own binaries, below a folder with the version's name. */
const KUBECTL = 'exec /var/lib/minikube/binaries/*/kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"';

/**
 * Clusters of minikube in the given engine (docker driver, containerd), made with the `minikube` on PATH. Nothing but
 * making them needs it.
 *
 * @example const minikube = minikubeProvider(deps); await minikube.create({ nodes: 3 }, { deadline, progress })
 */
export function minikubeProvider(deps: ProviderDeps): ContainerProvider & MultiNode {
  return { ...containerProvider(minikubeMaker(deps), deps), maxNodes: MOST_NODES };
}

function minikubeMaker(deps: ProviderDeps): NodeMaker<MinikubePlan> {
  return {
    id: 'minikube',
    estimateMs: 75_000,
    plan: (spec, options) => planCluster(spec, options, deps),
    async bringUp(making) {
      // Keys of the nodes will be in there.
      await mkdir(homeOf(making.folder), { mode: 0o700 });
      await runMinikubeStart(making, deps);
    },
    nodes: (cluster, deadline) => minikubeNodes(cluster, deadline, deps),
    loadImage: (load) => loadImage(load, deps),
    networkOf: (cluster) => cluster,
    nodeNames: (cluster, nodes) => nodeNames(cluster, nodes).flatMap((node) => [node, sidecarName(node)]),
    killOrphans,
    removeRest: (cluster, deadline) => removeRest(cluster, deadline, deps),
    isControlPlane: ({ name }) => !/-m\d{2,}$/.test(name),
    laptopOf: (cluster) => laptopOf(cluster, deps),
    keepLogs: (cluster, keep, deadline) => keepLogs(cluster, keep, deadline, deps),
    kubectl: ['sh', '-c', KUBECTL, 'sh'],
  };
}
