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
  return identity.startedAt === '' || (await startOf(identity.pid)) === identity.startedAt;
}

/** Field 22 of proc_pid_stat(5); the name in field 2 may contain anything, so count from its closing bracket. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}
