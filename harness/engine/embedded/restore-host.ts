import { readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import { isDockerChain, planFirewall, type FirewallStep } from './firewall-plan.ts';
import { readHost, WATCHED_FOLDERS, type HostState, type HostTools } from './host-record.ts';
import type { EnginePackages } from './packages.ts';
import { changedSysctls, restoreSysctls } from './sysctls.ts';
import type { Ruleset } from './ruleset.ts';

export interface RestoreOptions extends HostTools {
  readonly before: HostState;
  /** The daemon's data root: its network database tells which bridges are ours. */
  readonly dataRoot: string;
  /** Another Docker daemon relies on the shared chains, forwarding and folders. */
  readonly shared: boolean;
  readonly deadline: Deadline;
}

/**
 * Puts back what our daemon changed: bridges, packet filter, kernel settings, empty folders. Removes only what was
 * not there before, and looks again at the end.
 *
 * @returns what is still different, one line each
 */
export async function restoreHost(options: RestoreOptions): Promise<readonly string[]> {
  const { before, dataRoot, shared, deadline, runner, packages } = options;
  const problems: string[] = [];
  const bridges = await ownBridges(before, dataRoot);
  const now = await readHost(options, deadline);
  for (const [program, family, was, is] of [
    [packages.iptables, 'ip', before.ipv4, now.ipv4],
    [packages.ip6tables, 'ip6', before.ipv6, now.ipv6],
  ] as const) {
    const steps = planFirewall({ before: was, now: is, bridges, shared });
    problems.push(...(await runFirewall(steps, { program, family, options })));
  }
  for (const bridge of bridges) problems.push(...(await removeBridge(bridge, runner, packages, deadline)));
  if (!shared) {
    problems.push(...(await restoreSysctls(before.sysctls)));
    await removeFolders(before);
  }
  const left = await differences(before, await readHost(options, deadline), { bridges, shared });
  return left.length === 0 ? [] : [...left, ...problems];
}

/** Bridges that came since the record and whose network is in our daemon's database. */
async function ownBridges(before: HostState, dataRoot: string): Promise<readonly string[]> {
  const added = (await readdir('/sys/class/net')).filter((name) => !before.links.includes(name));
  const database = await readFile(join(dataRoot, 'network/files/local-kv.db'), 'latin1').catch(() => '');
  const isOurs = await Promise.all(
    added.map(async (name) => {
      // Names are `br-` and the first 12 digits of the network's id, unless the network sets one.
      const id = /^br-([0-9a-f]{12})$/.exec(name)?.[1];
      const isBridge = await exists(`/sys/class/net/${name}/bridge`);
      return isBridge && database.includes(id ?? `"${name}"`);
    }),
  );
  return added.filter((_, index) => isOurs[index]);
}

async function removeBridge(
  name: string,
  runner: CommandRunner,
  packages: EnginePackages,
  deadline: Deadline,
): Promise<readonly string[]> {
  const result = await runner.run([packages.busybox, 'ip', 'link', 'del', name], { deadline });
  return result.kind === 'exited' && result.exitCode === 0
    ? []
    : [`bridge ${name}: ${describeResult(result)}`];
}

interface FirewallTarget {
  readonly program: string;
  readonly family: 'ip' | 'ip6';
  readonly options: RestoreOptions;
}

async function runFirewall(
  steps: readonly FirewallStep[],
  target: FirewallTarget,
): Promise<readonly string[]> {
  const { program, family, options } = target;
  const { runner, packages, deadline } = options;
  const problems: string[] = [];
  for (const step of steps) {
    if (step.kind === 'dropTable' && !(await isEmptyTable(family, step.table, options))) continue;
    const argv =
      step.kind === 'dropTable'
        ? ([packages.nft, 'delete', 'table', family, step.table] as const)
        : ([program, ...step.args] as const);
    const result = await runner.run(argv, { deadline, env: packages.env });
    if (result.kind !== 'exited' || result.exitCode !== 0) {
      problems.push(`${argv.slice(1).join(' ')}: ${describeResult(result)}`);
    }
  }
  return problems;
}

/** True when nothing but built-in chains that accept is left, so that removing the table changes no packet's way. */
async function isEmptyTable(family: string, table: string, options: RestoreOptions): Promise<boolean> {
  const { runner, packages, deadline } = options;
  const argv = [packages.nft, '-j', 'list', 'table', family, table] as const;
  const result = await runner.run(argv, { deadline, env: packages.env });
  if (result.kind !== 'exited' || result.exitCode !== 0) return false;
  return isAcceptingSkeleton(result.stdout);
}

/** @param json of `nft -j list table`, see libnftables-json(5) */
export function isAcceptingSkeleton(json: string): boolean {
  const parsed = JSON.parse(json) as { nftables?: readonly Readonly<Record<string, unknown>>[] };
  return (parsed.nftables ?? []).every((item) => {
    if ('metainfo' in item || 'table' in item) return true;
    const chain = item['chain'] as { policy?: string } | undefined;
    return chain?.policy === 'accept';
  });
}

async function removeFolders(before: HostState): Promise<void> {
  for (const folder of WATCHED_FOLDERS) {
    if (before.folders.includes(folder)) continue;
    // Not empty means that somebody else uses it now; the comparison afterwards reports it.
    await rmdir(folder).catch(() => undefined);
  }
}

async function differences(
  before: HostState,
  now: HostState,
  { bridges, shared }: { bridges: readonly string[]; shared: boolean },
): Promise<readonly string[]> {
  const left = bridges
    .filter((name) => now.links.includes(name))
    .map((name) => `bridge ${name} is still there`);
  left.push(...ruleDifferences('iptables', { before: before.ipv4, now: now.ipv4, bridges, shared }));
  left.push(...ruleDifferences('ip6tables', { before: before.ipv6, now: now.ipv6, bridges, shared }));
  if (shared) return left;
  left.push(
    ...changedSysctls(before.sysctls, now.sysctls).map(
      (name) => `sysctl ${name} is ${now.sysctls[name] ?? ''}, was ${before.sysctls[name] ?? ''}`,
    ),
  );
  for (const folder of now.folders) {
    if (!before.folders.includes(folder)) left.push(`folder ${folder} (${await contents(folder)})`);
  }
  return left;
}

function ruleDifferences(
  program: string,
  difference: { before: Ruleset; now: Ruleset; bridges: readonly string[]; shared: boolean },
): readonly string[] {
  const steps = planFirewall(difference);
  const lost = difference.shared ? [] : lostRules(difference.before, difference.now);
  return [
    ...steps.flatMap((step) =>
      step.kind === 'iptables' ? [`${program} still needs ${step.args.slice(1).join(' ')}`] : [],
    ),
    ...lost.map((rule) => `${program} rule is gone: ${rule}`),
  ];
}

/** Rules of Docker's own chains that were there before. Rules of others may have been removed by others. */
function lostRules(before: Ruleset, now: Ruleset): readonly string[] {
  return Object.entries(before).flatMap(([table, { rules }]) =>
    rules
      .filter((rule) => isDockerChain(rule.split(' ')[1] ?? '') && !now[table]?.rules.includes(rule))
      .map((rule) => `-t ${table} ${rule}`),
  );
}

async function contents(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: unknown) => [describeError(error)]);
  return names.length === 0 ? 'empty' : `holds ${names.slice(0, 5).join(', ')}`;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
