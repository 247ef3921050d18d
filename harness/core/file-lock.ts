import { mkdir, open, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock, type Clock } from './clock.ts';
import type { Deadline } from './deadline.ts';
import { hasCode } from './node-errors.ts';
import { done, pending, poll } from './poll.ts';

/** Who holds a lock: the start time tells a process from a later one that got the same pid. */
export interface LockOwner {
  readonly pid: number;
  readonly startedAt: string;
}

export interface LockOptions {
  readonly deadline: Deadline;
  /** Called each time the lock was found in other hands. */
  readonly onWait?: (owner: LockOwner) => void;
  readonly clock?: Clock;
}

/** A guard left by a process that died while it removed a stale lock is ignored after this time. */
const STALE_GUARD_MS = 10_000;

/**
 * Takes the lock file at `path`, waiting while another live process holds it. A lock whose owner died is taken over.
 * Not re-entrant: a second call in the same process waits too.
 *
 * @throws TimeoutError naming the owner when the deadline passes
 * @example await using _ = await acquireFileLock(join(cacheDir, 'images', 'lock'), { deadline })
 */
export async function acquireFileLock(path: string, options: LockOptions): Promise<AsyncDisposable> {
  const { deadline, onWait, clock = systemClock } = options;
  await mkdir(dirname(path), { recursive: true });
  return poll(
    async () => {
      if (await create(path)) return done({ [Symbol.asyncDispose]: () => rm(path, { force: true }) });
      const owner = await readOwner(path);
      if (owner === undefined || !(await isAlive(owner))) {
        await removeStale(path);
        return pending('a lock of a process that is gone');
      }
      onWait?.(owner);
      return pending(`the lock ${path} held by process ${String(owner.pid)}`);
    },
    { deadline, clock, pauseMs: 50 },
  );
}

async function create(path: string): Promise<boolean> {
  const owner: LockOwner = { pid: process.pid, startedAt: await startOf(process.pid) };
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(JSON.stringify(owner));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** `undefined` when the file is gone or not complete: its writer is between open and write, or died there. */
async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || !('startedAt' in parsed)) {
      return undefined;
    }
    return { pid: Number(parsed.pid), startedAt: String(parsed.startedAt) };
  } catch {
    return undefined;
  }
}

async function isAlive(owner: LockOwner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false;
  }
  return owner.startedAt === '' || (await startOf(owner.pid)) === owner.startedAt;
}

/** Start time of a process in clock ticks since boot, from field 22 of proc_pid_stat(5); '' where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Only one process at a time may look again and remove: otherwise the second would remove the first one's new lock. */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.guard`;
  try {
    await mkdir(guard);
  } catch {
    const age = await stat(guard).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > STALE_GUARD_MS) await rmdir(guard).catch(() => undefined);
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner === undefined ? await isOld(path) : !(await isAlive(owner))) await rm(path, { force: true });
  } finally {
    await rmdir(guard);
  }
}

/** An incomplete lock file may belong to a process that is about to write it; give it a second. */
async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > 1000;
}
