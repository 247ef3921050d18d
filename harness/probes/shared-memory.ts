import { describeResult, type CommandRunner } from '../core/command.ts';
import { CannotTell, type NodeUnderTest } from '../core/under-test.ts';
import { ask, read } from './answer.ts';

/** The System V shared memory segments of an IPC namespace: key by id. */
export type SharedMemory = ReadonlyMap<number, string>;

/**
 * Makes a System V shared memory segment with a random key on the node, lets `look` use the key and removes the
 * segment again. Keys are compared and never ids: ids count from 0 in every namespace, so that two segments of two
 * namespaces usually have the same.
 *
 * @param look gets the key as /proc/sysvipc/shm writes it
 * @throws CannotTell when the segment could not be made, or was not there any more afterwards
 */
export async function withSharedMemory<T>(
  { runner }: NodeUnderTest,
  look: (key: string) => Promise<T>,
): Promise<T> {
  const made = await read(runner, ['ipcmk', '-M', '4096']);
  const id = Number(/^Shared memory id: (\d+)$/.exec(made)?.[1]);
  if (!Number.isInteger(id)) throw new CannotTell(`ipcmk on ${runner.where} printed ${JSON.stringify(made)}`);
  try {
    const key = (await sharedMemoryOf(runner)).get(id);
    if (key === undefined) throw new CannotTell(`${runner.where} does not list its segment ${String(id)}`);
    return await look(key);
  } finally {
    await remove(runner, id);
  }
}

/**
 * The segments of the IPC namespace that the runner is in. Their list is part of every kernel with System V IPC, so
 * that no program for it has to be in the image.
 *
 * @throws CannotTell
 */
export async function sharedMemoryOf(runner: CommandRunner): Promise<SharedMemory> {
  return parseSharedMemory(await read(runner, ['cat', '/proc/sysvipc/shm']));
}

/** @throws CannotTell when even the heading is missing */
export function parseSharedMemory(text: string): SharedMemory {
  const [heading = '', ...lines] = text.split('\n').map((line) => line.trim().split(/\s+/));
  if (heading[0] !== 'key' || heading[1] !== 'shmid')
    throw new CannotTell('/proc/sysvipc/shm has no heading: the list cannot be right');
  return new Map(lines.flatMap(([key = '', id]) => (id === undefined ? [] : [[Number(id), key] as const])));
}

/** Fails unless the segment was there all the time. */
async function remove(runner: CommandRunner, id: number): Promise<void> {
  const removed = await ask(runner, ['ipcrm', '-m', String(id)]);
  if (removed.exitCode !== 0)
    throw new CannotTell(`segment ${String(id)} of ${runner.where}: ${describeResult(removed)}`);
}
