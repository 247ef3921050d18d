import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { BusyError } from '../../core/errors.ts';
import type { StopReport } from '../types.ts';
import type { EmbeddedContext } from './context.ts';
import { readJsonFile } from './json-file.ts';
import { liveLeases } from './leases.ts';
import { lockEngine, withHostLock } from './lock.ts';
import { availablePackages } from './packages.ts';
import { isAlive } from '../../core/process-identity.ts';
import { healthyDaemon } from './start.ts';
import { readState } from './state.ts';
import { stopAndRestore } from './stop.ts';
import { openEngine } from './use.ts';

export interface StopOptions {
  readonly cacheDir: string;
  readonly runner: CommandRunner;
  readonly deadline: Deadline;
}

/**
 * Stops a kept or orphaned embedded engine and puts the host back. Nothing to stop is fine.
 *
 * @throws BusyError ENGINE_IN_USE while a live process holds a lease, ENGINE_LOCKED
 * @example await stopEmbeddedEngine({ cacheDir, runner: local(), deadline: Deadline.in(60_000, 'the engine to stop') })
 */
export async function stopEmbeddedEngine(options: StopOptions): Promise<StopReport> {
  const { deadline } = options;
  const opened = await openEngine(options);
  await using _lock = await lockEngine(opened.layout.lockFile, deadline);
  const users = await liveLeases(opened.layout.leases, opened.table);
  if (users.length > 0) {
    throw new BusyError(
      'ENGINE_IN_USE',
      `Process ${users.map((user) => user.pid).join(', ')} uses the embedded engine.`,
      {
        hint: 'Wait until that run has ended, or end it.',
      },
    );
  }
  const packages = await availablePackages(opened.layout.folder, process.arch);
  const nothing: StopReport = { outcome: 'stopped', restored: true, leftovers: [], sharedWithOthers: [] };
  // Without programs there never was a daemon.
  if (packages === undefined) return nothing;
  const context: EmbeddedContext = { ...opened, packages, processEnv: {} };
  const { leftovers, sharedWithOthers } = await withHostLock(deadline, () =>
    stopAndRestore(context, deadline),
  );
  return { ...nothing, restored: leftovers.length === 0, leftovers, sharedWithOthers };
}

/** What there is of the embedded engine of a cache folder. */
export interface EmbeddedStatus {
  readonly state: 'absent' | 'stopped' | 'healthy' | 'silent' | 'crashed';
  readonly endpoint: string;
  readonly pid?: number;
  readonly version?: string;
  readonly startedAt?: string;
  /** Processes that use it now. */
  readonly users: readonly number[];
}

/**
 * Looks at the embedded engine without changing anything. `crashed`: no daemon, but the host was not put back yet;
 * `silent`: a daemon that does not answer. Both are repaired by the next start or by stopEmbeddedEngine.
 */
export async function embeddedEngineStatus(options: StopOptions): Promise<EmbeddedStatus> {
  const opened = await openEngine(options);
  const { layout, table } = opened;
  const users = (await liveLeases(layout.leases, table)).map((lease) => lease.pid);
  const common = { endpoint: `unix://${layout.socket}`, users };
  const packages = await availablePackages(layout.folder, process.arch);
  if (packages === undefined) return { state: 'absent', ...common };
  const state = await readState(layout);
  if (state === undefined || !(await isAlive(state.daemon, table))) {
    return { state: (await hasRecord(layout.recordFile)) ? 'crashed' : 'stopped', ...common };
  }
  const daemon = { pid: state.daemon.pid, startedAt: state.startedAt, ...common };
  const info = await healthyDaemon({ ...opened, packages, processEnv: {} }, options.deadline);
  return info === undefined
    ? { state: 'silent', ...daemon }
    : { state: 'healthy', version: info.version, ...daemon };
}

async function hasRecord(path: string): Promise<boolean> {
  return (await readJsonFile(path)) !== undefined;
}
