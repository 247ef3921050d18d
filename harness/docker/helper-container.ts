import type { GenericContainer } from 'testcontainers';
import { Deadline } from '../core/deadline.ts';
import { HarnessError, InfrastructureError } from '../core/errors.ts';
import { reasonOf } from './engine-error.ts';
import type { ContainerState, DockerEngine } from './engine-port.ts';
import { loadTestcontainers, type Library } from './testcontainers.ts';

/** Marks every container that podproof starts beside the nodes; the value is the cluster it belongs to. */
export const HELPER_LABEL = 'podproof.cluster';

export interface HelperOptions {
  readonly docker: DockerEngine;
  /** Environment of the engine, for TLS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An image that is in the engine already; it is never pulled. */
  readonly image: string;
  /** The Docker network of the nodes. */
  readonly network: string;
  readonly cluster: string;
  readonly deadline: Deadline;
}

/** What one kind of helper is and the others are not. */
export interface HelperKind {
  /** There is one of each kind per cluster, so that its name tells whether one is being created. */
  readonly nameIn: (cluster: string) => string;
  /** For people: "The container outside the nodes". */
  readonly title: string;
  /** Code of the error when it does not start. */
  readonly failure: string;
  readonly configure: (container: GenericContainer, library: Library) => GenericContainer;
}

/**
 * The helper of a cluster: the one that an earlier run on a kept cluster left, if it still runs, or a new one. It
 * publishes no port, has no capability, mounts nothing, and is removed by its label with the cluster.
 *
 * @throws InfrastructureError with the kind's code, ENGINE_MISMATCH
 */
export async function ensureHelper(kind: HelperKind, options: HelperOptions): Promise<ContainerState> {
  const { docker, cluster, deadline } = options;
  const earlier = await docker.containers.inspect(kind.nameIn(cluster), deadline);
  const isOurs = earlier?.labels[HELPER_LABEL] === cluster;
  return isOurs && earlier.running && !earlier.paused ? earlier : startHelper(kind, options);
}

/** Starts a new helper, whatever was there. See {@link ensureHelper}. */
export async function startHelper(kind: HelperKind, options: HelperOptions): Promise<ContainerState> {
  const { docker, cluster, deadline, image } = options;
  const name = kind.nameIn(cluster);
  const stop = (within: Deadline): Promise<void> => docker.containers.remove(name, within);
  const removal = (): Deadline => Deadline.in(10_000, `${name} to be removed`);
  try {
    await stop(deadline);
    const library = await loadTestcontainers(options);
    const starting = describe(new library.GenericContainer(image), kind, options, library).start();
    starting.then(
      // One that comes up after the deadline belongs to nobody.
      () => (deadline.signal.aborted ? stop(removal()) : undefined),
      () => undefined,
    );
    await deadline.race(starting, () => `the container ${name} being started`);
    const state = await docker.containers.inspect(name, deadline);
    if (state?.running === true) return state;
    throw new Error(`it ended with exit code ${String(state?.exitCode)}`);
  } catch (error) {
    await stop(removal()).catch(() => undefined);
    if (error instanceof HarnessError || deadline.signal.aborted) throw error;
    throw new InfrastructureError(
      kind.failure,
      `${kind.title} did not start from ${image}: ${reasonOf(error)}`,
      { hint: 'Check that the image is in the engine: `docker image inspect` with its name.', cause: error },
    );
  }
}

function describe(
  container: GenericContainer,
  kind: HelperKind,
  { network, cluster, deadline }: HelperOptions,
  library: Library,
): GenericContainer {
  const common = container
    .withName(kind.nameIn(cluster))
    .withNetworkMode(network)
    .withLabels({ [HELPER_LABEL]: cluster })
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges')
    .withPullPolicy({ shouldPull: () => 'never' })
    .withStartupTimeout(deadline.remainingMs)
    // No Ryuk: it needs the engine's socket inside a container. Without clean-up its lock file is not written either.
    .withAutoCleanup(false);
  return kind.configure(common, library);
}
