import { mkdir, realpath } from 'node:fs/promises';
import type { CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { BusyError, TimeoutError } from '../../core/errors.ts';
import { acquireFileLock } from '../../core/file-lock.ts';
import type { ProgressStep } from '../../core/progress.ts';
import { debianPackages, type DebianPackages } from '../../debian/packages.ts';
import type { Engine, EngineInfo, ReleaseOptions, StopReport } from '../types.ts';
import type { EmbeddedContext } from './context.ts';
import { embeddedEnv } from './env.ts';
import { acquireHostLock } from './host-lock.ts';
import { engineLayout } from './layout.ts';
import { dropLease, liveLeases, takeLease, type Lease } from './leases.ts';
import { keepLog } from './log-tail.ts';
import { enginePackages } from './packages.ts';
import { linuxProcesses } from './process-identity.ts';
import { adoptOrStart } from './start.ts';
import { stopAndRestore } from './stop.ts';

export interface EmbeddedOptions {
  readonly cacheDir: string;
  readonly runner: CommandRunner;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly deadline: Deadline;
  readonly runDir?: string;
  readonly packages?: DebianPackages;
  readonly step: ProgressStep;
}

/**
 * A use of the embedded engine of this cache folder: unpacks it if needed, adopts the running daemon or starts one,
 * and takes a lease. Runs that share a cache folder share the daemon.
 *
 * @throws EnvironmentError DEBIAN_PACKAGES_UNAVAILABLE, ENGINE_START_FAILED, FIREWALL_UNREADABLE,
 *   CACHE_PATH_TOO_LONG; InfrastructureError ENGINE_REPAIR_FAILED; BusyError ENGINE_LOCKED
 */
export async function useEmbeddedEngine(options: EmbeddedOptions): Promise<Engine> {
  const { deadline, step, runner, processEnv } = options;
  const context = await openContext(options);
  await using _lock = await lockEngine(context.layout.lockFile, deadline, step);
  const packages = await enginePackages({
    engineFolder: context.layout.folder,
    packages: options.packages ?? debianPackages({ cacheDir: options.cacheDir, runner }),
    arch: process.arch,
    deadline,
    step,
  });
  const full: EmbeddedContext = { ...context, packages, processEnv, step };
  const info = await withHostLock(deadline, () => adoptOrStart(full, deadline));
  const lease = await takeLease(full.layout.leases, full.table);
  return describeEngine({ context: full, info, lease, runDir: options.runDir });
}

/** @internal shared with the functions that stop and describe an engine without using it */
export async function openContext(options: {
  readonly cacheDir: string;
  readonly runner: CommandRunner;
}): Promise<Pick<EmbeddedContext, 'layout' | 'runner' | 'table'>> {
  await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
  // The kernel shows real paths of programs; ours must be comparable.
  const layout = engineLayout(await realpath(options.cacheDir));
  await mkdir(layout.folder, { recursive: true, mode: 0o700 });
  return { layout, runner: options.runner, table: linuxProcesses };
}

/** @throws BusyError ENGINE_LOCKED */
export async function lockEngine(
  path: string,
  deadline: Deadline,
  step?: ProgressStep,
): Promise<AsyncDisposable> {
  const onWait = (owner: { pid: number }): void => {
    step?.update(`waiting for process ${String(owner.pid)} that starts or stops the engine`);
  };
  return asBusy(deadline, () => acquireFileLock(path, { deadline, onWait }));
}

/** @throws BusyError ENGINE_LOCKED */
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

interface EngineUse {
  readonly context: EmbeddedContext;
  readonly info: EngineInfo;
  readonly lease: Lease;
  readonly runDir: string | undefined;
}

function describeEngine(use: EngineUse): Engine {
  const { context, info } = use;
  let released: Promise<StopReport> | undefined;
  return {
    kind: 'embedded',
    endpoint: `unix://${context.layout.socket}`,
    dockerCli: context.packages.docker,
    env: embeddedEnv(context),
    version: info.version,
    cgroupVersion: info.cgroupVersion,
    daemonId: info.id,
    dataRoot: info.dataRoot,
    source: 'embedded',
    release(options) {
      released ??= release(use, options);
      return released;
    },
  };
}

async function release({ context, lease, runDir }: EngineUse, options: ReleaseOptions): Promise<StopReport> {
  const { deadline, keep = false } = options;
  const { layout, table } = context;
  const log = runDir === undefined ? {} : { logFile: await keepLog(layout.logFile, runDir) };
  if (keep) {
    await dropLease(lease);
    return { ...kept('kept as asked'), ...present(log) };
  }
  await using _lock = await lockEngine(layout.lockFile, deadline);
  await dropLease(lease);
  const others = await liveLeases(layout.leases, table);
  if (others.length > 0)
    return { ...kept(`used by process ${others.map((other) => other.pid).join(', ')}`), ...present(log) };
  const { leftovers, sharedWithOthers } = await withHostLock(deadline, () =>
    stopAndRestore(context, deadline),
  );
  const after = runDir === undefined ? {} : { logFile: await keepLog(layout.logFile, runDir) };
  return {
    outcome: 'stopped',
    restored: leftovers.length === 0,
    leftovers,
    sharedWithOthers,
    ...present(after),
  };
}

function kept(reason: string): StopReport {
  return { outcome: 'kept', restored: true, leftovers: [], sharedWithOthers: [], reason };
}

function present(log: { logFile?: string | undefined }): { logFile?: string } {
  return log.logFile === undefined ? {} : { logFile: log.logFile };
}
