import { mkdir, realpath } from 'node:fs/promises';
import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Progress, ProgressStep } from '../../core/progress.ts';
import { debianPackages, type DebianPackages } from '../../debian/packages.ts';
import type { Engine, EngineInfo, StopReport } from '../types.ts';
import type { EmbeddedContext } from './context.ts';
import { embeddedEnv } from './env.ts';
import { engineLayout } from './layout.ts';
import { takeLease } from './leases.ts';
import { lockEngine, withHostLock } from './lock.ts';
import { readLogTail } from './log-tail.ts';
import { availablePackages, enginePackages } from './packages.ts';
import { systemProcesses } from '../../core/process-identity.ts';
import { release, type EngineUse } from './release.ts';
import { adoptOrStart } from './start.ts';

export interface EmbeddedOptions {
  readonly cacheDir: string;
  readonly runner: CommandRunner;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly deadline: Deadline;
  readonly runDir?: string;
  readonly packages?: DebianPackages;
  readonly progress: Progress;
}

/**
 * A use of the embedded engine of this cache folder: unpacks it if needed, adopts the running daemon or starts one,
 * and takes a lease. Runs that share a cache folder share the daemon.
 *
 * @throws EnvironmentError DEBIAN_PACKAGES_UNAVAILABLE, ENGINE_START_FAILED, FIREWALL_UNREADABLE,
 *   CACHE_PATH_TOO_LONG; InfrastructureError ENGINE_REPAIR_FAILED; BusyError ENGINE_LOCKED
 */
export async function useEmbeddedEngine(options: EmbeddedOptions): Promise<Engine> {
  const opened = await openEngine(options);
  const isUnpacked = (await availablePackages(opened.layout.folder, process.arch)) !== undefined;
  const step = options.progress.step('engine', isUnpacked ? START_MS : START_MS + UNPACK_MS);
  try {
    const engine = await adoptOrStartLocked(opened, options, step);
    step.done(`embedded Docker ${engine.version}`);
    return engine;
  } catch (error) {
    step.fail('the embedded engine does not run');
    throw error;
  }
}

const LOG_TAIL_BYTES = 256 * 1024;

/** Measured on two cores: the start, and the download of 62 MB with unpacking. */
const START_MS = 1500;
const UNPACK_MS = 25_000;

async function adoptOrStartLocked(
  opened: OpenedEngine,
  options: EmbeddedOptions,
  step: ProgressStep,
): Promise<Engine> {
  const { deadline, runner, processEnv, runDir } = options;
  await using _lock = await lockEngine(opened.layout.lockFile, deadline, step);
  const packages = await enginePackages({
    engineFolder: opened.layout.folder,
    packages: options.packages ?? debianPackages({ cacheDir: options.cacheDir, runner }),
    arch: process.arch,
    deadline,
    step,
  });
  const context: EmbeddedContext = { ...opened, packages, processEnv, step };
  const info = await withHostLock(deadline, () => adoptOrStart(context, deadline));
  const lease = await takeLease(context.layout.leases, context.table);
  return describeEngine({ context, lease, runDir }, info);
}

type OpenedEngine = Pick<EmbeddedContext, 'layout' | 'runner' | 'table'>;

/** The engine of a cache folder, whether it was ever started or not. */
export async function openEngine(options: {
  readonly cacheDir: string;
  readonly runner: CommandRunner;
}): Promise<OpenedEngine> {
  await mkdir(options.cacheDir, { recursive: true, mode: 0o700 });
  // The kernel shows real paths of programs; ours must be comparable.
  const layout = engineLayout(await realpath(options.cacheDir));
  await mkdir(layout.folder, { recursive: true, mode: 0o700 });
  return { layout, runner: options.runner, table: systemProcesses };
}

function describeEngine(use: EngineUse, info: EngineInfo): Engine {
  const { layout, packages } = use.context;
  let released: Promise<StopReport> | undefined;
  return {
    kind: 'embedded',
    endpoint: `unix://${layout.socket}`,
    dockerCli: packages.docker,
    env: embeddedEnv(use.context),
    version: info.version,
    cgroupVersion: info.cgroupVersion,
    daemonId: info.id,
    dataRoot: info.dataRoot,
    source: 'embedded',
    logTail: () => readLogTail(layout.logFile, LOG_TAIL_BYTES),
    release(options) {
      released ??= release(use, options).catch((error: unknown) => {
        // Busy, or out of time: the caller may try again.
        released = undefined;
        throw error;
      });
      return released;
    },
  };
}
