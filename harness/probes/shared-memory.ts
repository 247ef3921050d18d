import { describeResult, type CommandRunner } from '../core/command.ts';
import { CannotTell, type PodUnderTest } from '../core/under-test.ts';
import { ask, read } from './answer.ts';

/** The System V shared memory segments of an IPC namespace: key by id. */
type SharedMemory = ReadonlyMap<number, string>;

/**
 * Makes a System V shared memory segment with a random key on the pod's node, outside every pod, looks for the key in
 * the pod and removes the segment again. Keys are compared and never ids: every namespace counts its ids from 0.
 *
 * @throws CannotTell when the segment could not be made, or was not there any more afterwards
 */
export async function seesSharedMemory(pod: Pick<PodUnderTest, 'runner' | 'node'>): Promise<boolean> {
  const node = pod.node.runner;
  const made = await read(node, ['ipcmk', '-M', '4096']);
  const id = Number(/^Shared memory id: (\d+)$/.exec(made)?.[1]);
  if (!Number.isInteger(id)) throw new CannotTell(`ipcmk on ${node.where} printed ${JSON.stringify(made)}`);
  try {
    const key = (await sharedMemoryOf(node)).get(id);
    if (key === undefined) throw new CannotTell(`${node.where} does not list its own segment ${String(id)}`);
    return [...(await sharedMemoryOf(pod.runner)).values()].includes(key);
  } finally {
    await remove(node, id);
  }
}

/** Every kernel with System V IPC has this list, so that the image needs no program for it. */
async function sharedMemoryOf(runner: CommandRunner): Promise<SharedMemory> {
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
