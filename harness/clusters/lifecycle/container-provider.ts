import { Deadline } from '../../core/deadline.ts';
import { identityOf, isAlive, isSame } from '../../core/process-identity.ts';
import { recordedNames, stateFolder } from '../cluster-record.ts';
import type { KeepingProvider, OwnedCluster, ProviderDeps } from '../deps.ts';
import { diagnoseNodes } from '../nodes/diagnose.ts';
import { adoptKept } from './adopt.ts';
import { createCluster } from './create.ts';
import { destroyCluster } from './destroy.ts';
import type { ClusterPlan, NodeMaker } from './node-maker.ts';

const LOOK_MS = 10_000;

/**
 * Clusters whose nodes are containers in the given engine. They belong to the process that made or took them over,
 * until it ends or says `keep`. State is in `<cacheDir>/clusters/<name>/`, readable by the owner only.
 *
 * @example const kind = containerProvider(kindMaker(deps), deps)
 */
export function containerProvider<Plan extends ClusterPlan>(
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): KeepingProvider {
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
    diagnose: (name, keep, deadline) => diagnoseNodes({ name, keep, deadline }, maker, deps),
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
