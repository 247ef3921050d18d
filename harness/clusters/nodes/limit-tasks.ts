import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { ProviderDeps } from '../deps.ts';

/** Ten times what a node with thirty pods needs, and a fraction of what a small machine can bear. */
const MOST_TASKS = 8192;

/**
 * Makes a fork bomb in a pod end at its node instead of at this machine. Best effort: an engine without the pids
 * controller cannot do it, and the record says so.
 *
 * @returns what holds now, for the facts of the cluster
 */
export async function limitTasks(
  containers: readonly string[],
  { docker }: Pick<ProviderDeps, 'docker'>,
  deadline: Deadline,
): Promise<string> {
  try {
    await Promise.all(
      containers.map((container) => docker.containers.limitTasks(container, MOST_TASKS, deadline)),
    );
    return `${String(MOST_TASKS)} tasks per node`;
  } catch (error) {
    deadline.signal.throwIfAborted();
    return `none: ${describeError(error)}`;
  }
}
