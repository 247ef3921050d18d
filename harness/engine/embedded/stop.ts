import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { EmbeddedContext } from './context.ts';
import { daemonProcesses, folderUsers, otherDaemons } from './daemon-processes.ts';
import { firewall } from './firewall.ts';
import { readHost } from './host-record.ts';
import { removeFile } from './json-file.ts';
import { readRecord } from './base-record.ts';
import { restoreHost, type RestoreOptions } from './restore-host.ts';
import { readState, removeState } from './state.ts';
import { terminateDaemon } from './terminate.ts';

export interface Restored {
  /** Processes, cgroups and mounts of the daemon that would not go. */
  readonly survivors: readonly string[];
  /** `survivors`, and what on the host could not be put back. */
  readonly leftovers: readonly string[];
  readonly sharedWithOthers: readonly string[];
}

/**
 * Ends our daemon, if there is one, and puts the host back. Also the repair after a crash: it relies on nothing but
 * the files in the cache and what runs. Without a record (lost, or of another version) it still removes what bears
 * our name. The caller holds the engine's lock and the host lock. The record stays as long as anything is left over,
 * so that the next stop tries again.
 */
export async function stopAndRestore(context: EmbeddedContext, deadline: Deadline): Promise<Restored> {
  const { layout, table, runner, packages } = context;
  const daemon = (await readState(layout))?.daemon;
  const busybox = packages.busybox;
  const survivors = await terminateDaemon({ layout, table, runner, deadline, daemon, busybox });
  await removeState(layout);
  const all = await daemonProcesses();
  const others = await otherDaemons(all, layout.folder);
  const foldersInUse = folderUsers(all, layout.folder).length > 0;
  const left = await restore(context, { shared: others.length > 0, foldersInUse, deadline });
  const leftovers = [...survivors, ...left];
  if (leftovers.length === 0) await removeFile(layout.recordFile);
  return {
    survivors,
    leftovers,
    sharedWithOthers: others.map(
      (other) =>
        `IP forwarding and the FORWARD policy stay: ${other.executable} (process ${String(other.pid)}) uses them`,
    ),
  };
}

async function restore(
  context: EmbeddedContext,
  use: Pick<RestoreOptions, 'shared' | 'foldersInUse' | 'deadline'>,
): Promise<readonly string[]> {
  const { runner, packages, layout } = context;
  const rules = firewall(runner, packages, use.deadline);
  try {
    const before = (await readRecord(layout, context.table)) ?? (await readHost(rules));
    return await restoreHost({ ...use, before, layout, rules, runner, busybox: packages.busybox });
  } catch (error) {
    return [`the host could not be put back: ${describeError(error)}`];
  }
}
