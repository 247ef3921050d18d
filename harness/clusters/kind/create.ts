import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { systemClock } from '../../core/clock.ts';
import type { Cluster, ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { KubeClient } from '../../core/kube.ts';
import { identityOf } from '../../core/process-identity.ts';
import type { ProgressStep } from '../../core/progress.ts';
import { reserve, stateFolder, type ClusterRecord, type StateFolder } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import { destroyKindCluster } from './destroy.ts';
import { clusterFacts, kindCluster } from './kind-cluster.ts';
import { noteMissingNetwork } from './kind-network.ts';
import { CLUSTER_LABEL } from './labels.ts';
import { nodeContainers, type NodeContainers } from './node-containers.ts';
import type { Plan } from './plan.ts';
import { waitUntilReady } from './readiness.ts';
import { runKindCreate } from './run-kind.ts';
import { findWorkload, loadWorkload, workloadDigest, type NodeAccess } from './workload.ts';

/** Measured with three nodes on two cores. */
const CREATE_ESTIMATE_MS = 40_000;
const UNDO_MS = 60_000;

/**
 * Makes a cluster and waits until all of it is ready. Whatever goes wrong, what was made is removed before this
 * rejects; if even that fails, the name is known from `onBeforeCreate`.
 */
export async function createKindCluster(
  spec: ClusterSpec,
  plan: Plan,
  options: ProviderOptions,
  deps: ProviderDeps,
): Promise<Cluster> {
  const name = await freeName(options.deadline, deps);
  options.onBeforeCreate?.(name);
  const step = options.progress.step('cluster', CREATE_ESTIMATE_MS);
  const folder = stateFolder(deps.cacheDir, name);
  try {
    await register({ name, nodes: spec.nodes }, folder, plan, deps);
    await noteMissingNetwork(deps, options.deadline);
    const cluster = await build({ name, folder, spec, plan, options, step }, deps);
    step.done(`${name}: ${String(spec.nodes)} nodes and DNS Ready`);
    return cluster;
  } catch (error) {
    step.fail('not created, removing what is there');
    await options.onFailure?.();
    // The undo that was registered in onBeforeCreate does the same again and reports what it cannot remove.
    await destroyKindCluster(name, Deadline.in(UNDO_MS, `${name} to be removed`), deps).catch(
      () => undefined,
    );
    throw error;
  }
}

async function freeName(deadline: Deadline, { docker }: ProviderDeps): Promise<string> {
  for (;;) {
    const name = `podproof-${randomBytes(3).toString('hex')}`;
    const taken = await docker.containers.list({ [CLUSTER_LABEL]: name }, deadline);
    if (taken.length === 0) return name;
  }
}

/** Writes down whose cluster this is before the first thing of it exists. */
async function register(
  { name, nodes }: { readonly name: string; readonly nodes: number },
  folder: StateFolder,
  plan: Plan,
  deps: ProviderDeps,
): Promise<void> {
  if (!(await reserve(folder))) {
    throw new InfrastructureError('NAME_TAKEN', `Another run just took the name ${name}.`, {
      hint: 'Run again.',
    });
  }
  await folder.write({
    schema: 1,
    name,
    provider: 'kind',
    owner: await identityOf(),
    phase: 'creating',
    kept: false,
    fingerprint: plan.fingerprint,
    endpoint: deps.docker.endpoint,
    createdAt: systemClock.date().toISOString(),
    notes: {
      kind: plan.kind.version,
      image: plan.choice.image,
      nodes: String(nodes),
      dockerCli: deps.engine.dockerCli,
    },
  });
}

interface Building {
  readonly name: string;
  readonly folder: StateFolder;
  readonly spec: ClusterSpec;
  readonly plan: Plan;
  readonly options: ProviderOptions;
  readonly step: ProgressStep;
}

async function build(building: Building, deps: ProviderDeps): Promise<Cluster> {
  const { name, folder, plan, options, step } = building;
  const { deadline } = options;
  const configFile = folder.file('kind.yaml');
  await writeFile(configFile, plan.config, { mode: 0o600 });
  const { kind, choice } = plan;
  await runKindCreate({ kind, name, image: choice.image, folder, configFile, deadline, step }, deps);
  await chmod(folder.kubeconfig, 0o600);
  const made = await nodeContainers({ name, nodes: building.spec.nodes, deadline }, deps);
  const kube = await deps.connectKube(folder.kubeconfig);
  try {
    const cluster = await ready(building, { kube, ...made }, deps);
    const record = await folder.read();
    if (record !== undefined) await folder.write({ ...record, phase: 'ready' } satisfies ClusterRecord);
    return cluster;
  } finally {
    await kube.close();
  }
}

async function ready(
  building: Building,
  {
    kube,
    containers,
    imageId,
    limits,
  }: NodeContainers & { readonly kube: KubeClient; readonly limits: string },
  deps: ProviderDeps,
): Promise<Cluster> {
  const { name, folder, plan, options, step } = building;
  const { deadline } = options;
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
    bringWorkload(building, containers, deps),
    // Comes with our own node image. Building it takes too long to wait for the scenario that needs it.
    ...(plan.choice.workload === undefined ? [deps.images.ensureRegistry(options)] : []),
  ]);
  const facts = await clusterFacts(views, kube, deadline, {
    ...plan.facts,
    imageId,
    limits,
    workload: await workloadDigest(nodesOf(containers, deps), workloadImage, deadline),
  });
  return kindCluster(
    { name, kubeconfig: folder.kubeconfig, views, workloadImage, facts, reused: false },
    deps,
  );
}

function nodesOf(containers: readonly string[], { docker }: ProviderDeps): readonly NodeAccess[] {
  return containers.map((name) => ({ name, runner: docker.runner(name, `node ${name}`) }));
}

/** Nodes of our own image have the workload inside, others get it; both are looked at afterwards. */
async function bringWorkload(
  { name, folder, plan, options }: Building,
  containers: readonly string[],
  deps: ProviderDeps,
): Promise<string> {
  const { deadline } = options;
  const nodes = nodesOf(containers, deps);
  const inside = await findWorkload(nodes, plan.choice.workload, deadline);
  if (inside !== undefined) return inside;
  const image = plan.choice.workload ?? (await deps.images.ensureWorkload(options));
  const archive = folder.file('workload.tar');
  await loadWorkload({ image, cluster: name, kind: plan.kind, archive, deadline }, deps);
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
