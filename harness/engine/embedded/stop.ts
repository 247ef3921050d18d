import { readlink } from 'node:fs/promises';
import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { EmbeddedContext } from './context.ts';
import { daemonProcesses, folderUsers, otherDaemons } from './daemon-processes.ts';
import { firewall } from './firewall.ts';
import { parseHostState, type HostState } from './host-record.ts';
import { readJsonFile, removeFile } from './json-file.ts';
import { restoreHost, type RestoreOptions } from './restore-host.ts';
import { readState, removeState } from './state.ts';
import { terminateDaemon } from './terminate.ts';

export interface Restored {
  readonly leftovers: readonly string[];
  readonly sharedWithOthers: readonly string[];
}

/**
 * Ends our daemon, if there is one, and puts the host back, if there is a record. Also the repair after a crash: it
 * relies on nothing but the files in the cache and what runs. The caller holds the engine's lock and the host lock.
 * The record stays as long as anything is left over, so that the next start tries again.
 */
export async function stopAndRestore(context: EmbeddedContext, deadline: Deadline): Promise<Restored> {
  const { layout, table, runner, packages } = context;
  const state = await readState(layout);
  const leftovers: string[] = [
    ...(await terminateDaemon({
      layout,
      table,
      runner,
      deadline,
      daemon: state?.daemon,
      busybox: packages.busybox,
    })),
  ];
  await removeState(layout);
  const before = parseHostState(await readJsonFile(layout.recordFile), {
    bootId: await table.bootId(),
    network: await readlink('/proc/self/ns/net'),
  });
  if (before === undefined) {
    await removeFile(layout.recordFile);
    return { leftovers, sharedWithOthers: [] };
  }
  const all = await daemonProcesses();
  const others = await otherDaemons(all, layout.folder);
  const foldersInUse = folderUsers(all, layout.folder).length > 0;
  leftovers.push(...(await restore(context, before, { shared: others.length > 0, foldersInUse, deadline })));
  if (leftovers.length === 0) await removeFile(layout.recordFile);
  return {
    leftovers,
    sharedWithOthers: others.map(
      (other) =>
        `IP forwarding and the FORWARD policy stay: ${other.executable} (process ${String(other.pid)}) uses them`,
    ),
  };
}

async function restore(
  context: EmbeddedContext,
  before: HostState,
  use: Pick<RestoreOptions, 'shared' | 'foldersInUse' | 'deadline'>,
): Promise<readonly string[]> {
  const { runner, packages, layout } = context;
  const rules = firewall(runner, packages, use.deadline);
  try {
    return await restoreHost({ ...use, before, layout, rules, runner, busybox: packages.busybox });
  } catch (error) {
    return [`the host could not be put back: ${describeError(error)}`];
  }
}
