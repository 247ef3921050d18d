import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { ProviderDeps } from '../deps.ts';

/** Ten times what a node with thirty pods needs, and a fraction of what a small machine can bear. */
const MOST_TASKS = 8192;
/** A control plane with its pods was seen with 0.7 GiB; a node that would have to do with less than this gets no limit. */
const LEAST_MEMORY = 2 * 1024 ** 3;

/**
 * Makes a fork bomb in a pod, and what takes memory beyond the limits of its pod, end at its node instead of at this
 * machine: each node gets half of the engine's memory. Best effort: an engine without one of the controllers cannot do
 * it, and the record says so.
 *
 * @returns what holds now, for the facts of the cluster
 */
export async function limitNodes(
  containers: readonly string[],
  { docker }: Pick<ProviderDeps, 'docker'>,
  deadline: Deadline,
): Promise<string> {
  const half = Math.floor((await docker.describe(deadline)).memoryBytes / 2);
  const all = (limit: (node: string) => Promise<void>): Promise<string | undefined> =>
    attempt(containers, limit, deadline);
  const tasks =
    (await all((node) => docker.containers.limitTasks(node, MOST_TASKS, deadline))) ?? String(MOST_TASKS);
  const memory =
    // Also when the engine does not tell how much it has.
    half >= LEAST_MEMORY
      ? ((await all((node) => docker.containers.limitMemory(node, half, deadline))) ?? inGib(half))
      : 'not limited, the engine has too little';
  return `tasks per node: ${tasks}; memory per node: ${memory}`;
}

/** @returns why it is not so; undefined when all have the limit */
async function attempt(
  containers: readonly string[],
  limit: (container: string) => Promise<void>,
  deadline: Deadline,
): Promise<string | undefined> {
  try {
    await Promise.all(containers.map(limit));
    return undefined;
  } catch (error) {
    deadline.signal.throwIfAborted();
    return `not limited, ${describeError(error)}`;
  }
}

function inGib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
