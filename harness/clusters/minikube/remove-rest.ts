import type { Deadline } from '../../core/deadline.ts';
import { done, pending, poll } from '../../core/poll.ts';
import type { ProviderDeps } from '../deps.ts';
import { isOfCluster } from './labels.ts';

/**
 * Removes the volume of each node and the network, which minikube calls like the node and the cluster. By name, without
 * minikube: a volume that the engine made by itself, because the container was quicker, has no label. The names are
 * random and reserved by the state folder, so nobody else's can be meant.
 *
 * @throws TimeoutError naming what a container still uses
 */
export async function removeRest(
  cluster: string,
  deadline: Deadline,
  { docker }: Pick<ProviderDeps, 'docker'>,
): Promise<void> {
  await poll(
    async () => {
      const names = (await docker.volumes(deadline)).filter((name) => isOfCluster(cluster, name));
      const network = await docker.networks.inspect(cluster, deadline);
      const left = await remaining([
        ...names.map((name) => [`volume ${name}`, docker.removeVolume(name, deadline)] as const),
        ...(network === undefined
          ? []
          : [[`network ${cluster}`, docker.networks.remove(network.id, deadline)] as const]),
      ]);
      return left.length === 0 ? done(undefined) : pending(`still in use: ${left.join(', ')}`);
    },
    { deadline, pauseMs: 100 },
  );
}

async function remaining(removals: readonly (readonly [string, Promise<boolean>])[]): Promise<string[]> {
  const gone = await Promise.all(removals.map(([, removal]) => removal));
  return removals.flatMap(([what], index) => (gone[index] === true ? [] : [what]));
}
