import { writeFile } from 'node:fs/promises';
import type { MultiNode } from '../../core/cluster.ts';
import type { ProviderDeps } from '../deps.ts';
import { containerProvider, type ContainerProvider } from '../lifecycle/container-provider.ts';
import type { Making, NodeMaker } from '../lifecycle/node-maker.ts';
import { kindNodes } from './kind-nodes.ts';
import { killOrphans } from './kill-orphans.ts';
import { noteMissingNetwork, removeOwnNetwork } from './kind-network.ts';
import { KIND_NETWORK, nodeNames, ROLE_LABEL } from './labels.ts';
import { loadImage } from './load-image.ts';
import { MOST_NODES, planCluster, type KindPlan } from './plan.ts';
import { runKindCreate } from './run-kind.ts';

/**
 * Clusters of kind in the given engine.
 *
 * @example const kind = kindProvider(deps); const cluster = await kind.create({ nodes: 3 }, { deadline, progress })
 */
export function kindProvider(deps: ProviderDeps): ContainerProvider & MultiNode {
  return { ...containerProvider(kindMaker(deps), deps), maxNodes: MOST_NODES };
}

export function kindMaker(deps: ProviderDeps): NodeMaker<KindPlan> {
  return {
    id: 'kind',
    estimateMs: 40_000,
    plan: (spec, options) => planCluster(spec, options, deps),
    bringUp: (making) => bringUp(making, deps),
    nodes: (cluster, deadline) => kindNodes(cluster, deadline, deps),
    loadImage: (load, { kind }) => loadImage(load, kind, deps),
    networkOf: () => KIND_NETWORK,
    nodeNames,
    killOrphans,
    removeRest: (_, deadline) => removeOwnNetwork(deps, deadline),
    isControlPlane: ({ labels }) => labels[ROLE_LABEL] === 'control-plane',
    kubectl: ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'],
  };
}

async function bringUp(
  { name, folder, plan, options, step }: Making<KindPlan>,
  deps: ProviderDeps,
): Promise<void> {
  const { deadline } = options;
  await noteMissingNetwork(deps, deadline);
  const configFile = folder.file('kind.yaml');
  await writeFile(configFile, plan.config, { mode: 0o600 });
  const { kind, image } = plan;
  await runKindCreate({ kind, name, image, folder, configFile, deadline, step }, deps);
}
