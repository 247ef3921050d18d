import { Deadline } from '../../core/deadline.ts';
import { identityOf, isAlive, isSame } from '../../core/process-identity.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { recordedNames, stateFolder } from '../cluster-record.ts';
import type { KeepingProvider, OwnedCluster, ProviderDeps } from '../deps.ts';
import { createKindCluster } from './create.ts';
import { destroyKindCluster } from './destroy.ts';
import { diagnoseKind } from './diagnose.ts';
import { adoptKept } from './kept.ts';
import { CLUSTER_LABEL } from './labels.ts';
import { planCluster } from './plan.ts';

const LOOK_MS = 10_000;

/**
 * Clusters of kind in the given engine. They belong to the process that made or took them over, until it ends or
 * says `keep`. State is in `<cacheDir>/clusters/<name>/`, readable by the owner only.
 *
 * @example const kind = kindProvider(deps); const cluster = await kind.create({ nodes: 3 }, { deadline, progress })
 */
export function kindProvider(deps: ProviderDeps): KeepingProvider {
  return {
    id: 'kind',
    async findKept(spec, options) {
      // Deciding may build an image; without any record there is nothing to look for.
      if ((await recordedNames(deps.cacheDir)).length === 0) return undefined;
      return adoptKept(spec, await planCluster(spec, options, deps), options, deps);
    },
    async create(spec, options) {
      return createKindCluster(spec, await planCluster(spec, options, deps), options, deps);
    },
    destroy: (name, deadline) => destroyKindCluster(name, deadline, deps),
    diagnose: (name, keep, deadline) => diagnoseKind({ name, keep, deadline }, deps),
    async keep(name) {
      const folder = stateFolder(deps.cacheDir, name);
      const record = await folder.read();
      // A create that failed removed everything again, also its record.
      if (record === undefined) return;
      await folder.write({ ...record, kept: true });
    },
    async list() {
      const names = await recordedNames(deps.cacheDir);
      return Promise.all(names.map((name) => describeOwned(name, deps)));
    },
  };
}

async function describeOwned(name: string, { cacheDir, docker }: ProviderDeps): Promise<OwnedCluster> {
  const record = await stateFolder(cacheDir, name).read();
  if (record === undefined)
    return { name, kept: false, createdAt: '', owner: 'unreadable', reachable: false };
  const { owner, kept, createdAt, endpoint } = record;
  const state = isSame(owner, await identityOf())
    ? 'this process'
    : (await isAlive(owner))
      ? 'alive'
      : 'dead';
  const reachable = endpoint === docker.endpoint;
  // A kept cluster whose nodes do not run (its engine was stopped, the machine restarted) is of use to nobody: after
  // a restart the nodes get other addresses, and a cluster with several nodes is dead (kubernetes-sigs/kind#2045).
  const worthKeeping = kept && (!reachable || state !== 'dead' || (await isRunning(name, docker)));
  return { name, kept: worthKeeping, createdAt, owner: state, reachable };
}

async function isRunning(name: string, docker: DockerEngine): Promise<boolean> {
  const deadline = Deadline.in(LOOK_MS, `the nodes of ${name}`);
  const nodes = await docker.containers.list({ [CLUSTER_LABEL]: name }, deadline);
  const states = await Promise.all(nodes.map(({ id }) => docker.containers.inspect(id, deadline)));
  return states.length > 0 && states.every((found) => found?.running === true);
}
