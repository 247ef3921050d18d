import type { Deadline } from '../../core/deadline.ts';
import { BusyError, TimeoutError } from '../../core/errors.ts';
import { acquireFileLock } from '../../core/file-lock.ts';
import type { ProgressStep } from '../../core/progress.ts';
import { acquireHostLock } from './host-lock.ts';

/**
 * Alone with the engine of one cache folder. A lock of a process that died is taken over.
 *
 * @throws BusyError ENGINE_LOCKED naming the process that holds it until the deadline
 */
export function lockEngine(path: string, deadline: Deadline, step?: ProgressStep): Promise<AsyncDisposable> {
  const onWait = (owner: { pid: number }): void => {
    step?.update(`waiting for process ${String(owner.pid)} that starts or stops the engine`);
  };
  return asBusy(deadline, () => acquireFileLock(path, { deadline, onWait }));
}

/**
 * Alone with the host's network settings, also among engines of other cache folders.
 *
 * @throws BusyError ENGINE_LOCKED
 */
export async function withHostLock<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
  await using _host = await asBusy(deadline, () => acquireHostLock(deadline));
  return await work();
}

async function asBusy<T>(deadline: Deadline, wait: () => Promise<T>): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    if (!(error instanceof TimeoutError) || !deadline.expired) throw error;
    throw new BusyError('ENGINE_LOCKED', `The embedded engine is busy. ${error.message}`, {
      hint: 'Wait for the other podproof to finish, or end it, and try again.',
      cause: error,
    });
  }
}
