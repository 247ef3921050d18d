import { readdir, rmdir } from 'node:fs/promises';
import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import { ownBridges, removeBridge } from './bridges.ts';
import { addedControllers, restoreDelegation } from './cgroups.ts';
import { bridgesInRules, planFirewall } from './firewall-plan.ts';
import type { Firewall } from './firewall.ts';
import { readHost, WATCHED_FOLDERS, type HostState } from './host-record.ts';
import type { EngineLayout } from './layout.ts';
import { changedSysctls, restoreSysctls } from './sysctls.ts';

export interface RestoreOptions {
  readonly before: HostState;
  readonly layout: EngineLayout;
  readonly rules: Firewall;
  readonly runner: CommandRunner;
  readonly busybox: string;
  /** Another Docker daemon in this network relies on forwarding. */
  readonly shared: boolean;
  /** Another engine may use the watched folders. */
  readonly foldersInUse: boolean;
  readonly deadline: Deadline;
}

/**
 * Puts back what our daemon changed: packet filter, bridges, kernel settings, empty folders. Removes only what was
 * not there before, and looks again at the end.
 *
 * @returns what is still different, one line each
 */
export async function restoreHost(options: RestoreOptions): Promise<readonly string[]> {
  const { before, layout, rules, shared, foldersInUse } = options;
  const now = await readHost(rules);
  const bridges = await ownBridges({
    before: before.links,
    dataRoot: layout.dataRoot,
    inRules: bridgesInRules(now.ipv4, layout.chainPrefix),
  });
  const difference = { bridges, shared, chainPrefix: layout.chainPrefix };
  const problems: string[] = [];
  for (const plan of planFirewall({ ...difference, before: before.ipv4, now: now.ipv4 })) {
    problems.push(...(await rules.apply('ip', plan)));
  }
  for (const plan of planFirewall({ ...difference, before: before.ipv6, now: now.ipv6 })) {
    problems.push(...(await rules.apply('ip6', plan)));
  }
  for (const bridge of bridges) problems.push(...(await removeBridge(bridge, options)));
  if (!shared) {
    problems.push(...(await restoreSysctls(before.sysctls)));
    await restoreDelegation(before.delegation, now.delegation);
  }
  if (!foldersInUse) await removeFolders(before);
  const left = await differences(before, await readHost(rules), { ...difference, foldersInUse });
  return left.length === 0 ? [] : [...left, ...problems];
}

async function removeFolders(before: HostState): Promise<void> {
  for (const folder of WATCHED_FOLDERS) {
    if (before.folders.includes(folder)) continue;
    // Not empty means that somebody else uses it now; the comparison afterwards reports it.
    await rmdir(folder).catch(() => undefined);
  }
}

interface Own {
  readonly bridges: readonly string[];
  readonly chainPrefix: string;
  readonly shared: boolean;
  readonly foldersInUse: boolean;
}

/** What `restoreHost` could not put back: the comparison of the record with the host as it is now. */
async function differences(before: HostState, now: HostState, own: Own): Promise<readonly string[]> {
  const left = own.bridges
    .filter((name) => now.links.includes(name))
    .map((name) => `bridge ${name} is still there`);
  for (const [program, was, is] of [
    ['iptables', before.ipv4, now.ipv4],
    ['ip6tables', before.ipv6, now.ipv6],
  ] as const) {
    for (const { table, commands } of planFirewall({ ...own, before: was, now: is })) {
      left.push(...commands.map((command) => `${program} -t ${table} still needs ${command}`));
    }
  }
  if (!own.shared) {
    left.push(
      ...changedSysctls(before.sysctls, now.sysctls).map(
        (name) => `sysctl ${name} is ${now.sysctls[name] ?? ''}, was ${before.sysctls[name] ?? ''}`,
      ),
      ...addedControllers(before.delegation, now.delegation).map(
        ([root, controller]) => `cgroup controller ${controller} is still switched on in ${root}`,
      ),
    );
  }
  if (own.foldersInUse) return left;
  for (const folder of now.folders) {
    if (!before.folders.includes(folder)) left.push(`folder ${folder} (${await contents(folder)})`);
  }
  return left;
}

async function contents(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: unknown) => [describeError(error)]);
  return names.length === 0 ? 'empty' : `holds ${names.slice(0, 5).join(', ')}`;
}
