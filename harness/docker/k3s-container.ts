import type { K3sContainer } from '@testcontainers/k3s';
import { InfrastructureError } from '../core/errors.ts';
import type { Deadline } from '../core/deadline.ts';
import { reasonOf } from './engine-error.ts';
import type { DockerEngine, Labels } from './engine-port.ts';
import { loadTestcontainers } from './testcontainers.ts';

export interface K3sOptions {
  readonly docker: DockerEngine;
  /** Environment of the engine, for TLS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `rancher/k3s` or an image that behaves like it; pulled when it is not there. */
  readonly image: string;
  /** Of the container, and of the node in it. */
  readonly name: string;
  readonly network: string;
  /** For k3s: `server` and its arguments. */
  readonly command: readonly string[];
  readonly labels: Labels;
  readonly deadline: Deadline;
  /** Told each line that the container writes. */
  readonly onLine: (line: string) => void;
}

/** The version of the module, which it does not tell itself. A test holds it to package.json. */
export const K3S_MODULE = '12.1.0';

const LOOPBACK = '127.0.0.1';
/** Enough to see why it did not start. */
const LAST_LINES = 20;

/**
 * Starts a cluster of one node through the k3s module of testcontainers and waits until it says that it is ready.
 *
 * @returns the administrator's kubeconfig, whose server is on this machine's loopback
 * @throws InfrastructureError K3S_FAILED with the container's last words, ENGINE_MISMATCH; TimeoutError. The container
 *   may still be there.
 */
export async function startK3s(options: K3sOptions): Promise<string> {
  const { deadline, image, onLine } = options;
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    if (said.length > LAST_LINES) said.shift();
    onLine(line);
  };
  const words = (): string => `its last words:\n${said.join('\n')}`;
  try {
    await loadTestcontainers(options);
    const module = await import('@testcontainers/k3s');
    const container = configure(confined(module.K3sContainer, image, deadline.signal), options, hear);
    const started = await deadline.race(container.start(), words);
    return started.getKubeConfig();
  } catch (error) {
    if (deadline.expired) throw deadline.error(words(), error);
    deadline.signal.throwIfAborted();
    throw new InfrastructureError(
      'K3S_FAILED',
      `The cluster did not come up from ${image}: ${reasonOf(error)}; ${words()}`,
      {
        hint: 'Look at the memory of the machine and at the log of the container engine, then run again.',
        cause: error,
      },
    );
  }
}

/**
 * The module's container without what would let it reach out of itself. The module publishes its ports on every
 * address, shares the host's cgroup namespace and mounts the host's /sys/fs/cgroup, to be written: the pods' cgroups
 * would then be made in the host's hierarchies and stay there after the container. In a namespace of its own, k3s
 * finds its cgroups where it looks for them, and they go with the container. docs/decisions/0020 has the details.
 *
 * @param signal the module knows none: when a pull outlives the run, it must not start what nobody removes any more
 */
export function confined(Container: typeof K3sContainer, image: string, signal: AbortSignal): K3sContainer {
  return new (class extends Container {
    constructor() {
      super(image);
      // The types of dockerode do not know it.
      Object.assign(this.hostConfig, { CgroupnsMode: 'private' });
      this.hostConfig.Binds = [];
      const ports = Object.keys(this.createOpts.ExposedPorts ?? {});
      this.hostConfig.PortBindings = Object.fromEntries(
        ports.map((port) => [port, [{ HostIp: LOOPBACK, HostPort: '0' }]]),
      );
    }

    protected override async beforeContainerCreated(): Promise<void> {
      await super.beforeContainerCreated();
      signal.throwIfAborted();
    }
  })();
}

function configure(
  container: K3sContainer,
  { name, network, command, labels, deadline }: K3sOptions,
  hear: (line: string) => void,
): K3sContainer {
  return (
    container
      .withName(name)
      .withHostname(name)
      .withNetworkMode(network)
      .withCommand([...command])
      .withLabels({ ...labels })
      // The engine's own default may be a driver that cannot be read.
      .withDefaultLogDriver()
      .withLogConsumer((stream) => {
        stream.on('data', (line: unknown) => hear(String(line).trimEnd()));
      })
      .withStartupTimeout(deadline.remainingMs)
      // No Ryuk: it needs the engine's socket inside a container.
      .withAutoCleanup(false)
  );
}
