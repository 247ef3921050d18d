import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';

/** Names of all network interfaces of our network namespace. /sys/class/net would show those of its mounter. */
export async function linkNames(): Promise<readonly string[]> {
  return parseLinkNames(await readFile('/proc/self/net/dev', 'utf8'));
}

/** @see proc_pid_net(5): two header lines, then `name: counters` */
export function parseLinkNames(text: string): readonly string[] {
  return [...text.matchAll(/^ *([^\s:|]+):/gm)].map((match) => match[1] ?? '').toSorted();
}

export interface BridgeTraces {
  /** Links that were there before our daemon. */
  readonly before: readonly string[];
  readonly dataRoot: string;
  /** Bridges that rules of our daemon name. */
  readonly inRules: readonly string[];
}

/**
 * Links that are bridges of our daemon: those in its rules, and new ones whose network is in its database. The
 * database is read as bytes: it is there also after a crash, and network ids are random enough to be looked for in it.
 */
export async function ownBridges({ before, dataRoot, inRules }: BridgeTraces): Promise<readonly string[]> {
  const database = await readFile(join(dataRoot, 'network/files/local-kv.db'), 'latin1').catch(() => '');
  const isOurs = (name: string): boolean =>
    inRules.includes(name) || (!before.includes(name) && database.includes(databaseKey(name)));
  return (await linkNames()).filter(isOurs);
}

/** Docker calls a bridge `br-` and the first 12 digits of its network's id, unless the network sets a name. */
function databaseKey(bridge: string): string {
  return /^br-([0-9a-f]{12})$/.exec(bridge)?.[1] ?? `"BridgeName":"${bridge}"`;
}

/** @returns what went wrong, one line */
export async function removeBridge(
  name: string,
  { runner, busybox, deadline }: { runner: CommandRunner; busybox: string; deadline: Deadline },
): Promise<readonly string[]> {
  const result = await runner.run([busybox, 'ip', 'link', 'del', name], { deadline });
  return result.kind === 'exited' && result.exitCode === 0
    ? []
    : [`bridge ${name}: ${describeResult(result)}`];
}
