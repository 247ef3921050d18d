import type { Deadline } from '../../core/deadline.ts';
import { done, pending, poll } from '../../core/poll.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { HELPER_LABEL } from '../../docker/helper-container.ts';

export interface LateContainers {
  readonly cluster: string;
  /** Whose creation may still be under way. */
  readonly names: readonly string[];
  /** An image that is there if any of them can be created. */
  readonly image: string;
  readonly deadline: Deadline;
  /** Removes what is listed. */
  readonly removeListed: () => Promise<unknown>;
}

/**
 * Makes sure that no container of a killed run can appear any more. The engine goes on creating a container when the
 * `docker run` that asked for it is killed, and lists it only when it is made, which takes seconds on a busy machine
 * (measured: later than 4 s after the kill, so waiting for two empty listings is not enough). But it reserves the
 * name first. So we take the names for ourselves: while one is taken, its container is on its way and will be listed;
 * once we hold it, none can come. The containers that hold the names are removed like any other.
 *
 * @throws TimeoutError naming the container that would not come
 */
export async function awaitLateContainers(docker: DockerEngine, late: LateContainers): Promise<void> {
  const { cluster, names, image, deadline, removeListed } = late;
  if (names.length === 0) return;
  await Promise.all(
    names.map((name) =>
      poll(
        async () => {
          const hold = { name, image, labels: { [HELPER_LABEL]: cluster } };
          if ((await docker.containers.holdName(hold, deadline)) !== 'taken') return done(undefined);
          await removeListed();
          return pending(`the engine is still creating ${name}`);
        },
        { deadline, pauseMs: 100 },
      ),
    ),
  );
  await removeListed();
}
