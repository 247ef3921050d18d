import type { Cluster, ClusterNode } from '../../core/cluster.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { HelperOptions } from '../../docker/helper-container.ts';
import { ensureOutsider, outsiderName } from '../../docker/outsider.ts';
import { ensureRegistry, registryName } from '../../docker/registry.ts';
import type { ProviderDeps } from '../deps.ts';
import { REGISTRY_PREFIX, trustRegistry } from './trust-registry.ts';
import { assertConfined } from './confined.ts';
import type { NodeView } from './node-view.ts';
import type { NodeMaker } from '../lifecycle/node-maker.ts';

export interface ClusterParts {
  readonly name: string;
  readonly kubeconfig: string;
  readonly views: readonly NodeView[];
  readonly workloadImage: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly reused: boolean;
}

/** The part of a NodeMaker that says how it makes nodes. */
type Made = Pick<NodeMaker, 'id' | 'networkOf' | 'laptopOf'>;
type ClusterDeps = Pick<ProviderDeps, 'docker' | 'engine' | 'images'>;

/** Puts the handle together that the rest of podproof uses. */
export function containerCluster(
  parts: ClusterParts,
  { id, networkOf, laptopOf }: Made,
  deps: ClusterDeps,
): Cluster {
  const { name, kubeconfig, views, workloadImage, facts, reused } = parts;
  const nodes = views.map((view) => clusterNode(view, deps));
  const helper = (image: string, deadline: Deadline): HelperOptions => ({
    docker: deps.docker,
    env: deps.engine.env,
    image,
    network: networkOf(name),
    cluster: name,
    deadline,
  });
  const confined = async (helperName: string, deadline: Deadline): Promise<void> => {
    const started = await deps.docker.containers.inspect(helperName, deadline);
    if (started !== undefined) assertConfined([started]);
  };
  return {
    name,
    provider: id,
    kubeconfig,
    nodes,
    workloadImage,
    facts,
    reused,
    ...(laptopOf === undefined ? {} : { laptop: laptopOf(name) }),
    outsider: onFirstUse(async (deadline) => {
      const runner = await ensureOutsider(helper(workloadImage, deadline));
      await confined(outsiderName(name), deadline);
      return runner;
    }),
    registry: onFirstUse(async (deadline) => {
      const address = await ensureRegistry(helper(deps.images.registry, deadline));
      await confined(registryName(name), deadline);
      await trustRegistry(nodes, address, deadline);
      return { address, prefix: REGISTRY_PREFIX };
    }),
  };
}

/** Starts something once, however many ask for it. A start that failed does not answer for the next one. */
function onFirstUse<T>(start: (deadline: Deadline) => Promise<T>): (deadline: Deadline) => Promise<T> {
  let started: Promise<T> | undefined;
  return (deadline) => {
    started ??= start(deadline).catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return deadline.race(started);
  };
}

function clusterNode(view: NodeView, { docker }: Pick<ProviderDeps, 'docker'>): ClusterNode {
  const { name, address, role, schedulable } = view;
  // Node and container have the same name.
  return { name, address, role, schedulable, runner: docker.runner(name, `node ${name}`) };
}
