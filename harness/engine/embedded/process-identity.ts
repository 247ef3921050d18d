import { readFile } from 'node:fs/promises';

/** Names one process for good: pids are reused, start times within one boot are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTime: string;
  readonly bootId: string;
}

/** What this room asks the kernel about processes. Injected, so that pid reuse can be tested. */
export interface ProcessTable {
  /** Undefined when no such process runs (a zombie does not run). */
  startTime(pid: number): Promise<string | undefined>;
  bootId(): Promise<string>;
}

export const linuxProcesses: ProcessTable = {
  async startTime(pid) {
    try {
      return parseStartTime(await readFile(`/proc/${String(pid)}/stat`, 'utf8'));
    } catch {
      // No such process, or it ended while we read.
      return undefined;
    }
  },
  async bootId() {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  },
};

/**
 * Field 22 of proc_pid_stat(5). The command name before it may hold spaces and brackets, so fields are counted from
 * the last bracket.
 *
 * @example parseStartTime('7 (a) b) S 1 …')
 */
export function parseStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

export async function identify(pid: number, table: ProcessTable): Promise<ProcessIdentity | undefined> {
  const startTime = await table.startTime(pid);
  return startTime === undefined ? undefined : { pid, startTime, bootId: await table.bootId() };
}

/** True only for the very process that was identified, not for a later one with its pid. */
export async function isRunning(identity: ProcessIdentity, table: ProcessTable): Promise<boolean> {
  if ((await table.bootId()) !== identity.bootId) return false;
  return (await table.startTime(identity.pid)) === identity.startTime;
}

/** Reads an identity back from a file; undefined for anything else. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTime, bootId } = value as Partial<Record<keyof ProcessIdentity, unknown>>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 1) return undefined;
  if (typeof startTime !== 'string' || typeof bootId !== 'string') return undefined;
  return { pid, startTime, bootId };
}
