import type { ReleaseOptions, StopReport } from '../types.ts';
import type { EmbeddedContext } from './context.ts';
import { dropLease, liveLeases, type Lease } from './leases.ts';
import { lockEngine, withHostLock } from './lock.ts';
import { keepLog } from './log-tail.ts';
import { stopAndRestore } from './stop.ts';

export interface EngineUse {
  readonly context: EmbeddedContext;
  readonly lease: Lease;
  /** Where the daemon's log is kept. */
  readonly runDir: string | undefined;
}

/**
 * Ends one use. The last one stops the daemon and puts the host back, unless it is to be kept.
 *
 * @throws BusyError ENGINE_LOCKED
 */
export async function release(use: EngineUse, options: ReleaseOptions): Promise<StopReport> {
  const { context, lease } = use;
  const { deadline, keep = false } = options;
  if (keep) {
    await dropLease(lease);
    return kept('kept as asked', await copyLog(use));
  }
  await using _lock = await lockEngine(context.layout.lockFile, deadline);
  await dropLease(lease);
  const others = await liveLeases(context.layout.leases, context.table);
  if (others.length > 0) {
    const pids = others.map((other) => other.pid).join(', ');
    return kept(`process ${pids} uses it`, await copyLog(use));
  }
  const { leftovers, sharedWithOthers } = await withHostLock(deadline, () =>
    stopAndRestore(context, deadline),
  );
  const restored = leftovers.length === 0;
  return { outcome: 'stopped', restored, leftovers, sharedWithOthers, ...(await copyLog(use)) };
}

function kept(reason: string, log: { readonly logFile?: string }): StopReport {
  return { outcome: 'kept', restored: true, leftovers: [], sharedWithOthers: [], reason, ...log };
}

async function copyLog({ context, runDir }: EngineUse): Promise<{ logFile?: string }> {
  const logFile = runDir === undefined ? undefined : await keepLog(context.layout.logFile, runDir);
  return logFile === undefined ? {} : { logFile };
}
