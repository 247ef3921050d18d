import { readFile } from 'node:fs/promises';
import { describeResult, type CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { hasCode } from '../../core/node-errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { cgroupRoots, ownCgroups, processesIn, removeCgroups } from './cgroups.ts';
import { daemonProcesses, ownProcesses } from './daemon-processes.ts';
import type { EngineLayout } from './layout.ts';
import { isAlive, type ProcessIdentity, type ProcessTable } from '../../core/process-identity.ts';

export interface TerminateOptions {
  readonly layout: EngineLayout;
  /** The daemon, when it is known and may be asked to end by itself. */
  readonly daemon: ProcessIdentity | undefined;
  readonly table: ProcessTable;
  readonly runner: CommandRunner;
  readonly busybox: string;
  readonly deadline: Deadline;
}

/** dockerd stops its containers before it ends; `--shutdown-timeout` gives them 5 s. */
const GRACE_MS = 15_000;
const KILL_MS = 10_000;

/**
 * Ends the daemon, everything it started and everything in its containers: first SIGTERM to the daemon, then SIGKILL
 * to whatever is left. Then removes its cgroups and mounts.
 *
 * @returns what would not go, one line each
 */
export async function terminateDaemon(options: TerminateOptions): Promise<readonly string[]> {
  await askToEnd(options);
  const survivors = await killRest(options);
  const cgroups = await removeOwnCgroups(options);
  const mounts = await unmountRest(options);
  return [
    ...survivors.map((pid) => `process ${String(pid)} does not end`),
    ...cgroups.map((folder) => `cgroup ${folder} cannot be removed`),
    ...mounts,
  ];
}

async function askToEnd({ daemon, table, deadline }: TerminateOptions): Promise<void> {
  if (daemon === undefined || !(await isAlive(daemon, table))) return;
  signal(daemon.pid, 'SIGTERM');
  await settle(deadline, GRACE_MS, 'the embedded daemon to end', async () =>
    (await isAlive(daemon, table)) ? ['the daemon'] : [],
  );
}

async function killRest(options: TerminateOptions): Promise<readonly number[]> {
  return settle(options.deadline, KILL_MS, 'the processes of the embedded engine to end', async () => {
    const pids = await remainingProcesses(options.layout);
    for (const pid of pids) signal(pid, 'SIGKILL');
    return pids;
  });
}

/** Processes that run the daemon's programs, and those in its containers. */
async function remainingProcesses(layout: EngineLayout): Promise<readonly number[]> {
  const programs = ownProcesses(await daemonProcesses(), layout.folder).map((process) => process.pid);
  const inContainers = await processesIn(await ownCgroups(layout.cgroupParent, await cgroupRoots()));
  return [...new Set([...programs, ...inContainers])];
}

async function removeOwnCgroups({ layout, deadline }: TerminateOptions): Promise<readonly string[]> {
  const roots = await cgroupRoots();
  // The kernel needs a moment after the last process before it lets a cgroup go.
  return settle(deadline, KILL_MS, 'cgroups to be removable', async () =>
    removeCgroups(await ownCgroups(layout.cgroupParent, roots)),
  );
}

/** There should be none, because the daemon's mount namespace is its own; but a wrong guess here would lose data. */
async function unmountRest({
  layout,
  runner,
  busybox,
  deadline,
}: TerminateOptions): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const path of mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), layout.folder)) {
    const result = await runner.run([busybox, 'umount', '-l', path], { deadline });
    if (result.kind !== 'exited' || result.exitCode !== 0)
      problems.push(`mount ${path}: ${describeResult(result)}`);
  }
  return problems;
}

/** Mount points below a folder, deepest first. @see proc_pid_mountinfo(5): blanks are written as octal escapes */
export function mountsBelow(mountinfo: string, folder: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
        String.fromCodePoint(Number.parseInt(code, 8)),
      ),
    )
    .filter((path) => path.startsWith(`${folder}/`))
    .toReversed();
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended in the meantime, which is what we want.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Looks until nothing is left or the time is over. @returns what was left at the last look */
async function settle<T>(
  parent: Deadline,
  ms: number,
  what: string,
  look: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  let left: readonly T[] = [];
  const deadline = Deadline.in(Math.min(ms, parent.remainingMs), what, parent.signal);
  await poll(
    async () => {
      left = await look();
      return left.length === 0 ? done(undefined) : pending(`${String(left.length)} left`);
    },
    { deadline, pauseMs: 30, maxPauseMs: 300 },
  ).catch(() => undefined);
  return left;
}
