import { describeResult, type CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { EnvironmentError } from '../../core/errors.ts';
import type { TablePlan } from './firewall-plan.ts';
import type { EnginePackages } from './packages.ts';
import { parseRuleset, ruleWords, type Ruleset } from './ruleset.ts';

export type AddressFamily = 'ip' | 'ip6';

/** Reads and changes the host's packet filter with the unpacked iptables-nft and nft. */
export interface Firewall {
  /** @throws EnvironmentError FIREWALL_UNREADABLE when the kernel or our rights do not allow it */
  read(family: AddressFamily): Promise<Ruleset>;
  /** Applies a plan, as far as possible. @returns what failed, one line each */
  apply(family: AddressFamily, plan: TablePlan): Promise<readonly string[]>;
}

export function firewall(runner: CommandRunner, packages: EnginePackages, deadline: Deadline): Firewall {
  const env = packages.env;
  const run = (argv: readonly [string, ...string[]], stdin?: string) =>
    runner.run(argv, { deadline, env, ...(stdin === undefined ? {} : { stdin }) });
  const programs = { ip: packages.iptables, ip6: packages.ip6tables };

  async function applyOneByOne(family: AddressFamily, plan: TablePlan): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const command of plan.commands) {
      const result = await run([programs[family], '-w', '-t', plan.table, ...ruleWords(command)]);
      if (!isOk(result))
        problems.push(`${family}tables -t ${plan.table} ${command}: ${describeResult(result)}`);
    }
    return problems;
  }

  return {
    async read(family) {
      const program = `${programs[family]}-save`;
      const result = await run([program]);
      if (isOk(result)) return parseRuleset(result.stdout);
      if (result.kind === 'timedOut') throw deadline.error(`${program}: ${describeResult(result)}`);
      throw unreadable(program, describeResult(result));
    },
    async apply(family, plan) {
      const problems: string[] = [];
      if (plan.commands.length > 0) {
        // One transaction: no moment with half of the rules, and one process instead of twenty.
        const text = [`*${plan.table}`, ...plan.commands, 'COMMIT', ''].join('\n');
        const result = await run([`${programs[family]}-restore`, '--noflush', '-w'], text);
        if (!isOk(result)) problems.push(...(await applyOneByOne(family, plan)));
      }
      if (!plan.dropIfEmpty) return problems;
      const listed = await run([packages.nft, '-j', 'list', 'table', family, plan.table]);
      if (isOk(listed) && isAcceptingSkeleton(listed.stdout)) {
        const dropped = await run([packages.nft, 'delete', 'table', family, plan.table]);
        if (!isOk(dropped)) problems.push(`nft delete table ${plan.table}: ${describeResult(dropped)}`);
      }
      return problems;
    },
  };
}

/**
 * True when a table holds nothing but empty built-in chains that accept, so that removing it changes no packet's way.
 *
 * @param json of `nft -j list table`, see libnftables-json(5)
 */
export function isAcceptingSkeleton(json: string): boolean {
  const parsed: unknown = JSON.parse(json);
  const items = field(parsed, 'nftables');
  if (!Array.isArray(items)) return false;
  return items.every((item: unknown) => {
    if (field(item, 'metainfo') !== undefined || field(item, 'table') !== undefined) return true;
    return field(field(item, 'chain'), 'policy') === 'accept';
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function isOk(result: { readonly kind: string; readonly exitCode?: number }): boolean {
  return result.kind === 'exited' && result.exitCode === 0;
}

function unreadable(program: string, why: string): EnvironmentError {
  return new EnvironmentError(
    'FIREWALL_UNREADABLE',
    `Cannot read this host's packet filter with ${program}: ${why}`,
    { hint: 'The kernel needs nf_tables, and podproof CAP_NET_ADMIN. Or install and start Docker yourself.' },
  );
}
