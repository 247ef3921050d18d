import { SafetyError } from '../../core/errors.ts';
import type { ContainerState, Mount } from '../../docker/engine-port.ts';

/**
 * Makes sure that nothing of the cluster can be reached from another machine, and that nothing of this machine can be
 * reached from the cluster. Looks at what the engine did, not at what was asked for: an empty address means every
 * address, and whoever can write to the engine's socket is root on this machine.
 *
 * @throws SafetyError NODE_PORT_EXPOSED, HOST_MOUNTED
 */
export function assertConfined(containers: readonly ContainerState[]): void {
  assertLoopbackOnly(containers);
  assertNothingMounted(containers);
}

function assertLoopbackOnly(containers: readonly ContainerState[]): void {
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

function assertNothingMounted(containers: readonly ContainerState[]): void {
  const mounted = containers.flatMap(({ name, mounts }) =>
    mounts
      .filter((mount) => !isHarmless(mount))
      .map(({ source, target }) => `${source} on ${target} in ${name}`),
  );
  if (mounted.length === 0) return;
  throw new SafetyError('HOST_MOUNTED', `The engine mounted files of this machine: ${mounted.join(', ')}.`, {
    hint: 'The cluster was removed. podproof mounts nothing itself: look for defaults of the engine that do.',
  });
}

/** The kernel's modules, as minikube v1.38 finds them (pkg/drivers/kic/oci/oci.go); the second is NixOS's. */
const KERNEL_MODULES = ['/lib/modules', '/run/current-system/kernel-modules/lib/modules'];

/**
 * A volume lives and dies with its container. kind v0.33 and minikube mount the kernel's modules, to be read, and kind
 * on Btrfs and ZFS the device mapper (pkg/cluster/internal/providers/docker/provision.go).
 */
function isHarmless({ type, source, writable }: Mount): boolean {
  if (type === 'volume' || type === 'tmpfs') return true;
  return (KERNEL_MODULES.includes(source) && !writable) || source === '/dev/mapper';
}
