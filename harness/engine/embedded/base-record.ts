import { readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Deadline } from '../../core/deadline.ts';
import type { EmbeddedContext } from './context.ts';
import { daemonProcesses, optionOf, otherDaemons } from './daemon-processes.ts';
import { firewall } from './firewall.ts';
import { parseHostState, readHost, type HostState } from './host-record.ts';
import { readJsonFile } from './json-file.ts';
import type { EngineLayout } from './layout.ts';
import type { ProcessTable } from '../../core/process-identity.ts';

/** The record of this engine, if one is there and describes this host. */
export async function readRecord(layout: EngineLayout, table: ProcessTable): Promise<HostState | undefined> {
  return parseHostState(await readJsonFile(layout.recordFile), {
    bootId: await table.bootId(),
    network: await readlink('/proc/self/ns/net'),
  });
}

/**
 * How the host was before any embedded engine changed it. A record that is still there belongs to an engine that
 * could not be cleared away completely: it remains the truth. And when one of another cache folder runs already, its
 * record is older than ours and is the truth for everything that the two share; whoever stops last puts that back.
 */
export async function baseRecord(context: EmbeddedContext, deadline: Deadline): Promise<HostState> {
  const own = await readRecord(context.layout, context.table);
  if (own !== undefined) return own;
  const now = await readHost(firewall(context.runner, context.packages, deadline));
  const older = await recordOfAnother(context, now);
  if (older === undefined) return now;
  const { ipv4, ipv6, sysctls, delegation, folders } = older;
  return { ...now, ipv4, ipv6, sysctls: { ...now.sysctls, ...sysctls }, delegation, folders };
}

async function recordOfAnother(context: EmbeddedContext, now: HostState): Promise<HostState | undefined> {
  for (const daemon of await otherDaemons(await daemonProcesses(), context.layout.folder)) {
    // An embedded engine keeps its record beside its data root.
    const dataRoot = await optionOf(daemon.pid, '--data-root');
    if (dataRoot === undefined) continue;
    const file = join(dirname(dataRoot), 'host-before.json');
    const record = parseHostState(await readJsonFile(file), now);
    if (record !== undefined) return record;
  }
  return undefined;
}
