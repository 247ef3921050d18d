import type { GenericContainer } from 'testcontainers';
import type { CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { HarnessError, InfrastructureError } from '../core/errors.ts';
import { reasonOf } from './engine-error.ts';
import type { DockerEngine } from './engine-port.ts';
import { loadTestcontainers } from './testcontainers.ts';

/** Marks every container that podproof starts beside the nodes; the value is the cluster it belongs to. */
export const OUTSIDER_LABEL = 'podproof.cluster';

export interface OutsiderOptions {
  readonly docker: DockerEngine;
  /** Environment of the engine, for TLS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An image with busybox and curl that is in the engine already; it is never pulled. */
  readonly image: string;
  /** The Docker network of the nodes. */
  readonly network: string;
  readonly cluster: string;
  readonly deadline: Deadline;
}

export interface Outsider {
  readonly name: string;
  readonly runner: CommandRunner;
  /** Removes the container; fine when it is gone already. */
  stop(deadline: Deadline): Promise<void>;
}

/**
 * Starts a container of ours on the nodes' network but outside every node: somebody else on the same network. It
 * publishes no port, has no capability, mounts nothing, and is removed by its label with the cluster.
 *
 * @throws InfrastructureError OUTSIDER_FAILED, ENGINE_MISMATCH
 * @example const { runner } = await startOutsider(…); await runner.run(['curl', '-sS', url], { deadline })
 */
export async function startOutsider(options: OutsiderOptions): Promise<Outsider> {
  const { docker, cluster, deadline, image } = options;
  const name = outsiderName(cluster);
  const stop = (within: Deadline): Promise<void> => docker.containers.remove(name, within);
  try {
    // One that an earlier run left with a kept cluster.
    await stop(deadline);
    const { GenericContainer: Container } = await loadTestcontainers(options);
    const starting = describe(new Container(image), name, options).start();
    starting.then(
      // One that comes up after the deadline belongs to nobody.
      () => (deadline.signal.aborted ? stop(cleanUp()) : undefined),
      () => undefined,
    );
    await deadline.race(starting, () => `the container ${name} being started`);
  } catch (error) {
    await stop(cleanUp()).catch(() => undefined);
    if (error instanceof HarnessError || deadline.signal.aborted) throw error;
    throw new InfrastructureError(
      'OUTSIDER_FAILED',
      `The container outside the nodes did not start from ${image}: ${reasonOf(error)}`,
      { hint: 'Check that the image is in the engine: `docker image inspect` with its name.', cause: error },
    );
  }
  return { name, runner: docker.runner(name, 'cluster network'), stop };
}

/** There is one per cluster, so that its name tells whether one is being created. */
export function outsiderName(cluster: string): string {
  return `${cluster}-outsider`;
}

function describe(container: GenericContainer, name: string, options: OutsiderOptions): GenericContainer {
  return (
    container
      .withName(name)
      .withNetworkMode(options.network)
      .withLabels({ [OUTSIDER_LABEL]: options.cluster })
      // Long enough for every run; busybox knows no "infinity" in older versions.
      .withEntrypoint(['sleep', '2147483647'])
      .withCommand([])
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges')
      .withPullPolicy({ shouldPull: () => 'never' })
      // No Ryuk: it needs the engine's socket inside a container. Without clean-up its lock file is not written either.
      .withAutoCleanup(false)
  );
}

function cleanUp(): Deadline {
  return Deadline.in(10_000, 'the container outside the nodes to be removed');
}
