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

/** What the kernel is asked about processes. Passed in where the reuse of numbers is tested. */
export interface ProcessTable {
  /** Undefined when no such process runs: a zombie keeps its number and its start time, but does nothing any more. */
  startedAt(pid: number): Promise<string | undefined>;
  /** '' where the system does not tell. */
  bootId(): Promise<string>;
}

export const systemProcesses: ProcessTable = {
  async startedAt(pid) {
    return parseStat(await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => ''));
  },
  async bootId() {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
  },
};

/** @param pid our own by default */
export async function identityOf(pid: number = process.pid): Promise<ProcessIdentity> {
  const found = await identify(pid, systemProcesses);
  return found ?? { pid, startedAt: '', bootId: await systemProcesses.bootId() };
}

/** Like {@link identityOf}; undefined when the table has no such process. */
export async function identify(pid: number, table: ProcessTable): Promise<ProcessIdentity | undefined> {
  const startedAt = await table.startedAt(pid);
  return startedAt === undefined ? undefined : { pid, startedAt, bootId: await table.bootId() };
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
export async function isAlive(
  { pid, startedAt, bootId }: ProcessIdentity,
  table: ProcessTable = systemProcesses,
): Promise<boolean> {
  if (bootId !== '' && bootId !== (await table.bootId())) return false;
  return startedAt === '' ? takesSignals(pid) : (await table.startedAt(pid)) === startedAt;
}

/**
 * Reads back from a file who may be ended later; undefined for anything that does not name one process for certain.
 * `startTime` is how such files called the start before 0.2.
 */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    pid,
    bootId,
    startTime,
    startedAt = startTime,
  } = value as Partial<Record<keyof ProcessIdentity | 'startTime', unknown>>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 1) return undefined;
  if (typeof startedAt !== 'string' || startedAt === '' || typeof bootId !== 'string') return undefined;
  return { pid, startedAt, bootId };
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user.
    return hasCode(error, 'EPERM');
  }
}

/**
 * Fields 3 and 22 of proc_pid_stat(5); the name in field 2 may contain anything, so count from its last bracket.
 *
 * @example parseStat('7 (a) b) S 1 …')
 */
export function parseStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
