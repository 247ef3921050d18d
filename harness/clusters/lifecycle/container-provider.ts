import type { HasNodeShell, LoadsImages, PausesNodes } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { identityOf, isAlive, isSame } from '../../core/process-identity.ts';
import { silentProgress } from '../../core/progress.ts';
import { recordedNames, stateFolder } from '../cluster-record.ts';
import type { KeepingProvider, OwnedCluster, ProviderDeps } from '../deps.ts';
import { diagnoseNodes } from '../nodes/diagnose.ts';
import { adoptKept } from './adopt.ts';
import { createCluster } from './create.ts';
import { destroyCluster } from './destroy.ts';
import type { ClusterPlan, ImageLoad, NodeMaker } from './node-maker.ts';

const LOOK_MS = 10_000;

/** What can be done with nodes that are containers, whoever made them. */
export type ContainerProvider = KeepingProvider & HasNodeShell & LoadsImages & PausesNodes;

/**
 * Clusters whose nodes are containers in the given engine. They belong to the process that made or took them over,
 * until it ends or says `keep`. State is in `<cacheDir>/clusters/<name>/`, readable by the owner only.
 *
 * @example const kind = containerProvider(kindMaker(deps), deps)
 */
export function containerProvider<Plan extends ClusterPlan>(
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): ContainerProvider {
  const { docker } = deps;
  return {
    id: maker.id,
    async findKept(spec, options) {
      // Deciding may build an image; without any record there is nothing to look for.
      if ((await recordedNames(deps.cacheDir)).length === 0) return undefined;
      return adoptKept({ spec, plan: await maker.plan(spec, options), options }, maker, deps);
    },
    async create(spec, options) {
      return createCluster({ spec, plan: await maker.plan(spec, options), options }, maker, deps);
    },
    destroy: (name, deadline) => destroyCluster(name, deadline, maker, deps),
    async diagnose(name, keep, deadline) {
      await Promise.all([
        diagnoseNodes({ name, keep, deadline }, maker, deps),
        maker.keepLogs?.(name, keep, deadline),
      ]);
    },
    nodeShell: (node) => docker.runner(node, `node ${node}`),
    loadImage: (name, image, deadline) => loadInto(name, { image, deadline }, maker, deps),
    pauseNode: (node, deadline) => docker.containers.pause(node, deadline),
    resumeNode: (node, deadline) => docker.containers.resume(node, deadline),
    async keep(name) {
      const folder = stateFolder(deps.cacheDir, name);
      const record = await folder.read();
      // A create that failed removed everything again, also its record.
      if (record === undefined) return;
      await folder.write({ ...record, kept: true });
    },
    async list() {
      const names = await recordedNames(deps.cacheDir);
      const described = await Promise.all(names.map((name) => describeOwned(name, maker, deps)));
      return described.filter((cluster) => cluster !== undefined);
    },
  };
}

/** The plan is made again from what the record says: a process that did not make the cluster may load into it, too. */
async function loadInto<Plan extends ClusterPlan>(
  cluster: string,
  { image, deadline }: Pick<ImageLoad, 'image' | 'deadline'>,
  maker: NodeMaker<Plan>,
  { cacheDir }: ProviderDeps,
): Promise<void> {
  const folder = stateFolder(cacheDir, cluster);
  const record = await folder.read();
  if (record === undefined) {
    throw new InfrastructureError(
      'IMAGE_NOT_LOADED',
      `There is no cluster ${cluster} to bring ${image} into.`,
      {
        hint: 'Somebody removed it: run again.',
      },
    );
  }
  const spec = { nodes: Number(record.notes['nodes'] ?? '1'), image: record.notes['image'] ?? '' };
  const plan = await maker.plan(spec, { deadline, progress: silentProgress });
  await maker.loadImage({ image, cluster, archive: folder.file('image.tar'), deadline }, plan);
}

/** Undefined for a cluster of another provider. A damaged record may be anybody's, so it is listed. */
async function describeOwned<Plan extends ClusterPlan>(
  name: string,
  maker: NodeMaker<Plan>,
  { cacheDir, docker }: ProviderDeps,
): Promise<OwnedCluster | undefined> {
  const record = await stateFolder(cacheDir, name).read();
  if (record === undefined)
    return { name, kept: false, createdAt: '', owner: 'unreadable', reachable: false };
  const { provider, owner, kept, createdAt, endpoint } = record;
  if (provider !== maker.id) return undefined;
  const state = isSame(owner, await identityOf())
    ? 'this process'
    : (await isAlive(owner))
      ? 'alive'
      : 'dead';
  const reachable = endpoint === docker.endpoint;
  // A kept cluster whose nodes do not run (its engine was stopped, the machine restarted) is of use to nobody: after
  // a restart the nodes get other addresses, and a cluster with several nodes is dead (kubernetes-sigs/kind#2045).
  const worthKeeping = kept && (!reachable || state !== 'dead' || (await isRunning(name, maker, docker)));
  return { name, kept: worthKeeping, createdAt, owner: state, reachable };
}

async function isRunning<Plan extends ClusterPlan>(
  name: string,
  maker: NodeMaker<Plan>,
  docker: ProviderDeps['docker'],
): Promise<boolean> {
  const deadline = Deadline.in(LOOK_MS, `the nodes of ${name}`);
  const nodes = await maker.nodes(name, deadline);
  const states = await Promise.all(nodes.map(({ id }) => docker.containers.inspect(id, deadline)));
  return states.length > 0 && states.every((found) => found?.running === true);
}
