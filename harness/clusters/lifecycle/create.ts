import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { systemClock } from '../../core/clock.ts';
import type { Cluster, ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { KubeClient } from '../../core/kube.ts';
import { identityOf } from '../../core/process-identity.ts';
import { reserve, stateFolder, type ClusterRecord } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import { clusterFacts } from '../nodes/cluster-facts.ts';
import { containerCluster } from '../nodes/container-cluster.ts';
import { nodeContainers, type NodeContainers } from '../nodes/node-containers.ts';
import { waitUntilReady } from '../nodes/readiness.ts';
import { findWorkload, workloadDigest, type NodeAccess } from '../nodes/workload.ts';
import { destroyCluster } from './destroy.ts';
import type { ClusterPlan, Making, NodeMaker } from './node-maker.ts';

const UNDO_MS = 60_000;

export interface Wanted<Plan extends ClusterPlan> {
  readonly spec: ClusterSpec;
  readonly plan: Plan;
  readonly options: ProviderOptions;
}

/**
 * Makes a cluster and waits until all of it is ready. Whatever goes wrong, what was made is removed before this
 * rejects; if even that fails, the name is known from `onBeforeCreate`.
 */
export async function createCluster<Plan extends ClusterPlan>(
  { spec, plan, options }: Wanted<Plan>,
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): Promise<Cluster> {
  const name = await takeName(maker, options.deadline, deps);
  options.onBeforeCreate?.(name);
  const step = options.progress.step('cluster', maker.estimateMs);
  const folder = stateFolder(deps.cacheDir, name);
  const making = { name, folder, spec, plan, options, step };
  try {
    await register(making, maker, deps);
    const cluster = await build(making, maker, deps);
    step.done(`${name}: ${String(spec.nodes)} nodes and DNS Ready`);
    return cluster;
  } catch (error) {
    step.fail('not created, removing what is there');
    await options.onFailure?.();
    // The undo that was registered in onBeforeCreate does the same again and reports what it cannot remove.
    await destroyCluster(name, Deadline.in(UNDO_MS, `${name} to be removed`), maker, deps).catch(
      () => undefined,
    );
    throw error;
  }
}

/** A name that nobody has, neither in the engine nor in the cache; its folder is ours from now on. */
async function takeName<Plan extends ClusterPlan>(
  maker: NodeMaker<Plan>,
  deadline: Deadline,
  { cacheDir, newName }: ProviderDeps,
): Promise<string> {
  for (;;) {
    const name = newName?.() ?? `podproof-${randomBytes(3).toString('hex')}`;
    const taken = await maker.nodes(name, deadline);
    if (taken.length === 0 && (await reserve(stateFolder(cacheDir, name)))) return name;
  }
}

/** Writes down whose cluster this is before the first thing of it exists. */
async function register<Plan extends ClusterPlan>(
  { name, folder, spec, plan }: Making<Plan>,
  { id }: NodeMaker<Plan>,
  deps: ProviderDeps,
): Promise<void> {
  await folder.write({
    schema: 1,
    name,
    provider: id,
    owner: await identityOf(),
    phase: 'creating',
    kept: false,
    fingerprint: plan.fingerprint,
    endpoint: deps.docker.endpoint,
    createdAt: systemClock.date().toISOString(),
    notes: {
      ...plan.madeBy,
      image: plan.image,
      nodes: String(spec.nodes),
      dockerCli: deps.engine.dockerCli,
    },
  });
}

async function build<Plan extends ClusterPlan>(
  making: Making<Plan>,
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): Promise<Cluster> {
  const { name, folder, spec, options } = making;
  const { deadline } = options;
  await maker.bringUp(making);
  await chmod(folder.kubeconfig, 0o600);
  const listed = await maker.nodes(name, deadline);
  const made = await nodeContainers({ listed, nodes: spec.nodes, deadline }, deps);
  const kube = await deps.connectKube(folder.kubeconfig);
  try {
    const cluster = await ready(making, { kube, ...made }, maker, deps);
    const record = await folder.read();
    if (record !== undefined) await folder.write({ ...record, phase: 'ready' } satisfies ClusterRecord);
    return cluster;
  } finally {
    await kube.close();
  }
}

async function ready<Plan extends ClusterPlan>(
  making: Making<Plan>,
  made: NodeContainers & { readonly kube: KubeClient },
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): Promise<Cluster> {
  const { name, folder, plan, options, step } = making;
  const { kube, containers, imageId, limits } = made;
  const { deadline } = options;
  const nodes = nodesOf(containers, deps);
  const [views, workloadImage] = await Promise.all([
    waitUntilReady({
      kube,
      docker: deps.docker,
      containers,
      deadline,
      onSeen: (seen) => {
        step.update(seen);
      },
    }),
    bringWorkload(making, nodes, maker, deps),
    // Comes with our own node image. Building it takes too long to wait for the scenario that needs it.
    ...(plan.workload === undefined ? [deps.images.ensureRegistry(options)] : []),
  ]);
  const facts = await clusterFacts(views, kube, deadline, {
    ...plan.facts,
    imageId,
    limits,
    workload: await workloadDigest(nodes, workloadImage, deadline),
  });
  return containerCluster(
    { name, kubeconfig: folder.kubeconfig, views, workloadImage, facts, reused: false },
    maker,
    deps,
  );
}

function nodesOf(containers: readonly string[], { docker }: ProviderDeps): readonly NodeAccess[] {
  return containers.map((name) => ({ name, runner: docker.runner(name, `node ${name}`) }));
}

/** Nodes of our own image have the workload inside, others get it; both are looked at afterwards. */
async function bringWorkload<Plan extends ClusterPlan>(
  { name, folder, plan, options }: Making<Plan>,
  nodes: readonly NodeAccess[],
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): Promise<string> {
  const { deadline } = options;
  const inside = await findWorkload(nodes, plan.workload, deadline);
  if (inside !== undefined) return inside;
  const image = plan.workload ?? (await deps.images.ensureWorkload(options));
  await maker.loadImage({ image, cluster: name, archive: folder.file('workload.tar'), deadline }, plan);
  const loaded = await findWorkload(nodes, image, deadline);
  if (loaded !== undefined) return loaded;
  throw new InfrastructureError(
    'WORKLOAD_NOT_LOADED',
    `${image} is not in every node although it was loaded.`,
    {
      hint: 'Run again; if it stays, look at `ctr -n k8s.io images ls` in the nodes.',
    },
  );
}
