import { systemClock } from '../../core/clock.ts';
import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { identityOf, isSame } from '../../core/process-identity.ts';
import type { ContainerSummary } from '../../docker/engine-port.ts';
import { HELPER_LABEL } from '../../docker/helper-container.ts';
import { outsiderName } from '../../docker/outsider.ts';
import { registryName } from '../../docker/registry.ts';
import { stateFolder, type ClusterRecord } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import { awaitLateContainers } from '../nodes/await-late.ts';
import type { NodeMaker } from './node-maker.ts';

type DestroyDeps = Pick<ProviderDeps, 'docker' | 'cacheDir' | 'clock'>;
type Maker = Pick<NodeMaker, 'nodes' | 'nodeNames' | 'killOrphans' | 'removeRest'>;

/** Without a record nobody knows which names to expect; then this long a silence has to do. */
const LATE_MS = 2000;

/**
 * Removes a cluster: nodes and helpers with their volumes, whatever else was made for it, then the state folder.
 * Containers that the engine is still creating for a run that was interrupted or killed are waited for.
 *
 * @throws InfrastructureError CLUSTER_NOT_REMOVED, TimeoutError; the state folder is then still there
 */
export async function destroyCluster(
  name: string,
  deadline: Deadline,
  maker: Maker,
  deps: DestroyDeps,
): Promise<void> {
  const folder = stateFolder(deps.cacheDir, name);
  const record = await folder.read();
  const volumes = new Set<string>();
  if (record?.phase !== 'ready') await maker.killOrphans(name);
  const removing = { list: () => containersOf(name, maker, deps, deadline), volumes, deadline };
  const first = await removeAll(removing, deps);
  const removeListed = (): Promise<number> => removeAll(removing, deps);
  if (record !== undefined) {
    const image = record.notes['image'] ?? '';
    const names = await expectedLate(record, maker);
    await awaitLateContainers(deps.docker, { cluster: name, names, image, deadline, removeListed });
  } else if (first > 0) await untilTwiceEmpty(removeListed, deps, deadline);
  await maker.removeRest(name, deadline);
  await assertVolumesGone(name, volumes, deps, deadline);
  await folder.remove();
}

/** Nodes, when they were never all there; the containers beside them, when their run was killed at any moment. */
async function expectedLate(
  { name, phase, owner, notes }: ClusterRecord,
  maker: Maker,
): Promise<readonly string[]> {
  const isOurs = isSame(owner, await identityOf());
  return [
    ...(phase === 'creating' ? maker.nodeNames(name, Number(notes['nodes'] ?? '1')) : []),
    ...(isOurs ? [] : [outsiderName(name), registryName(name)]),
  ];
}

interface Removing {
  readonly list: () => Promise<readonly ContainerSummary[]>;
  /** Filled with the volumes of what was removed. */
  readonly volumes: Set<string>;
  readonly deadline: Deadline;
}

/** Removes what is listed until nothing is. @returns how many there were at first */
async function removeAll({ list, volumes, deadline }: Removing, deps: DestroyDeps): Promise<number> {
  let first: number | undefined;
  await poll(
    async () => {
      const found = await list();
      first ??= found.length;
      if (found.length === 0) return done(undefined);
      await Promise.all(found.map((container) => removeOne(container, volumes, deps, deadline)));
      return pending(`still there: ${found.map((container) => container.name).join(', ')}`);
    },
    { deadline, pauseMs: 50 },
  );
  return first ?? 0;
}

async function removeOne(
  container: ContainerSummary,
  volumes: Set<string>,
  { docker }: DestroyDeps,
  deadline: Deadline,
): Promise<void> {
  const state = await docker.containers.inspect(container.id, deadline);
  for (const volume of state?.volumes ?? []) volumes.add(volume);
  await docker.containers.remove(container.id, deadline);
}

async function untilTwiceEmpty(
  removeListed: () => Promise<number>,
  { clock = systemClock }: DestroyDeps,
  deadline: Deadline,
): Promise<void> {
  do {
    await clock.sleep(LATE_MS, deadline.signal);
  } while ((await removeListed()) > 0);
}

async function containersOf(
  name: string,
  maker: Maker,
  { docker }: DestroyDeps,
  deadline: Deadline,
): Promise<readonly ContainerSummary[]> {
  const [nodes, helpers] = await Promise.all([
    maker.nodes(name, deadline),
    docker.containers.list({ [HELPER_LABEL]: name }, deadline),
  ]);
  return [...nodes, ...helpers];
}

async function assertVolumesGone(
  name: string,
  volumes: ReadonlySet<string>,
  { docker }: DestroyDeps,
  deadline: Deadline,
): Promise<void> {
  if (volumes.size === 0) return;
  const left = (await docker.volumes(deadline)).filter((volume) => volumes.has(volume));
  if (left.length === 0) return;
  throw new InfrastructureError(
    'CLUSTER_NOT_REMOVED',
    `Volumes of ${name} are still there: ${left.join(', ')}.`,
    { hint: `docker volume rm ${left.join(' ')}` },
  );
}
