import { SafetyError } from '../../core/errors.ts';
import type { ContainerState } from '../../docker/engine-port.ts';

/**
 * Makes sure that nothing of the cluster can be reached from another machine. Looks at what the engine did, not at
 * what was asked for: an empty address means every address.
 *
 * @throws SafetyError NODE_PORT_EXPOSED
 */
export function assertLoopbackOnly(containers: readonly ContainerState[]): void {
  const exposed = containers.flatMap(({ name, bindings }) =>
    bindings
      .filter(({ hostAddress }) => !isLoopback(hostAddress))
      .map(
        ({ containerPort, hostAddress, hostPort }) =>
          `${name} ${containerPort} on ${hostAddress || '*'}:${hostPort}`,
      ),
  );
  if (exposed.length === 0) return;
  throw new SafetyError(
    'NODE_PORT_EXPOSED',
    `The engine offers ports of the cluster to other machines: ${[...new Set(exposed)].join(', ')}.`,
    { hint: 'The cluster was removed. Check the default bind address ("ip" in daemon.json) of the engine.' },
  );
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
