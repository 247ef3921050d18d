import type { Laptop } from '../../core/cluster.ts';
import { stateFolder } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import { MINIKUBE } from './ask.ts';
import { environmentOf } from './minikube-environment.ts';

/**
 * `minikube ip`, with which the article finds its node. Only Linux has the network of the nodes; elsewhere they are in
 * a virtual machine (kubernetes/minikube#11193), and trying would only take time.
 */
export function laptopOf(
  cluster: string,
  {
    shell,
    engine,
    environment,
    cacheDir,
  }: Pick<ProviderDeps, 'shell' | 'engine' | 'environment' | 'cacheDir'>,
  platform: NodeJS.Platform = process.platform,
): Laptop {
  const env = environmentOf(stateFolder(cacheDir, cluster), { engine, environment });
  return {
    runner: {
      where: shell.where,
      run: (argv, options) => shell.run(argv, { ...options, env: { ...env, ...options.env } }),
    },
    nodeAddress: [MINIKUBE, '--profile', cluster, 'ip'],
    ...(platform === 'linux'
      ? {}
      : {
          outOfReach: `on ${platform} the nodes are in a virtual machine, and this machine has no way to them`,
        }),
  };
}
