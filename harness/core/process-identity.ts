import { readFile } from 'node:fs/promises';
import { hasCode } from './node-errors.ts';

/**
 * One process, told apart from any other that has or will have the same number: also after a reboot, when both
 * number and start time can come again.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; '' where there is no /proc. */
  readonly startedAt: string;
  /** '' where the system does not tell. */
  readonly bootId: string;
}

/** @param pid our own by default */
export async function identityOf(pid: number = process.pid): Promise<ProcessIdentity> {
  return { pid, startedAt: await startOf(pid), bootId: await bootId() };
}

export function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt && one.bootId === other.bootId;
}

/**
 * Whether exactly that process still runs. Where the system tells no start time, a running process with the same
 * number counts as alive: leaving something behind is better than taking it from somebody.
 *
 * @example if (!(await isAlive(record.owner))) await remove(record)
 */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== '' && identity.bootId !== (await bootId())) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it runs as another user.
    if (!hasCode(error, 'EPERM')) return false;
  }
  if (identity.startedAt === '') return true;
  const found = await statOf(identity.pid);
  return found !== undefined && found.startedAt === identity.startedAt && !found.ended;
}

async function startOf(pid: number): Promise<string> {
  return (await statOf(pid))?.startedAt ?? '';
}

/** Fields 3 and 22 of proc_pid_stat(5); the name in field 2 may contain anything, so count from its last bracket. */
async function statOf(
  pid: number,
): Promise<{ readonly startedAt: string; readonly ended: boolean } | undefined> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  if (text === '') return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // A zombie keeps its number and its start time until somebody asks how it ended, but it does nothing any more.
  return { startedAt: fields[19] ?? '', ended: fields[0] === 'Z' || fields[0] === 'X' };
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}
