import { InfrastructureError } from '../core/errors.ts';
import { ensureHelper, type HelperKind, type HelperOptions } from './helper-container.ts';

/** Where the registry image listens. */
const PORT = 5000;

const REGISTRY: HelperKind = {
  nameIn: registryName,
  title: 'The image registry',
  failure: 'REGISTRY_FAILED',
  configure: (container, { Wait }) =>
    // The engine's own default may be a driver that cannot be read.
    container.withDefaultLogDriver().withWaitStrategy(Wait.forLogMessage('listening on')),
};

/**
 * A real image registry on the nodes' network, without TLS and without login, that anybody there can push to. Images
 * are in its memory and end with it. One that runs already is taken over with what is in it.
 *
 * @returns its `host:port` on that network
 * @throws InfrastructureError REGISTRY_FAILED, ENGINE_MISMATCH
 * @example await ensureRegistry({ docker, env, image, network: 'kind', cluster, deadline }) // '172.18.0.5:5000'
 */
export async function ensureRegistry(options: HelperOptions): Promise<string> {
  const { name, addresses } = await ensureHelper(REGISTRY, options);
  const address = addresses[options.network] ?? '';
  if (address !== '') return `${address}:${String(PORT)}`;
  throw new InfrastructureError(
    'REGISTRY_FAILED',
    `${name} has no address on the network ${options.network}.`,
    {
      hint: `Remove the container ${name} and run again.`,
    },
  );
}

export function registryName(cluster: string): string {
  return `${cluster}-registry`;
}
