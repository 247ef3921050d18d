import { ruleWords, type Ruleset, type RuleTable } from './ruleset.ts';

/** One argv tail for iptables or ip6tables, or a table to remove when it has become empty. */
export type FirewallStep =
  | { readonly kind: 'iptables'; readonly args: readonly string[] }
  | { readonly kind: 'dropTable'; readonly table: string };

export interface FirewallDifference {
  readonly before: Ruleset;
  readonly now: Ruleset;
  /** Bridges of our own networks. */
  readonly bridges: readonly string[];
  /** True while another Docker daemon uses the chains that all Docker daemons share. */
  readonly shared: boolean;
}

/**
 * What has to be done so that our daemon's rules are gone. Rules that name our bridges or the subnets behind them
 * always go. The chains that Docker shares between daemons, their jumps and the FORWARD policy go only when no other
 * daemon is left and they were not there before. Rules of anyone else stay, whenever they came.
 */
export function planFirewall(difference: FirewallDifference): readonly FirewallStep[] {
  return Object.entries(difference.now).flatMap(([table, now]) =>
    planTable(table, now, difference.before[table], difference),
  );
}

function planTable(
  table: string,
  now: RuleTable,
  before: RuleTable | undefined,
  { bridges, shared }: FirewallDifference,
): readonly FirewallStep[] {
  const iptables = (...args: string[]): FirewallStep => ({
    kind: 'iptables',
    args: ['-w', '-t', table, ...args],
  });
  const ours = ownRules(now, before, { bridges, shared });
  const steps = ours.map((rule) => iptables('-D', ...ruleWords(rule).slice(1)));
  if (shared) return steps;
  const chains = Object.keys(now.chains).filter(
    (name) => isDockerChain(name) && !(name in (before?.chains ?? {})),
  );
  steps.push(
    ...chains.map((chain) => iptables('-F', chain)),
    ...chains.map((chain) => iptables('-X', chain)),
  );
  const policy = before === undefined ? 'ACCEPT' : before.chains['FORWARD'];
  if (
    table === 'filter' &&
    policy !== undefined &&
    now.chains['FORWARD'] !== policy &&
    'FORWARD' in now.chains
  ) {
    steps.push(iptables('-P', 'FORWARD', policy));
  }
  if (before === undefined) steps.push({ kind: 'dropTable', table });
  return steps;
}

/** Rules that were not there before and that our daemon wrote. Equal rules are told apart by their number. */
function ownRules(
  now: RuleTable,
  before: RuleTable | undefined,
  { bridges, shared }: Pick<FirewallDifference, 'bridges' | 'shared'>,
): readonly string[] {
  const subnets = subnetsBehind(now, bridges);
  const old = [...(before?.rules ?? [])];
  return now.rules.filter((rule) => {
    const index = old.indexOf(rule);
    if (index >= 0) {
      old.splice(index, 1);
      return false;
    }
    const words = ruleWords(rule);
    if (words.some((word) => bridges.includes(word))) return true;
    if (words.some((word) => isInside(word, subnets))) return true;
    return (
      !shared &&
      words.some((word, at) => isDockerChain(word) && ['-A', '-j', '-g'].includes(words[at - 1] ?? ''))
    );
  });
}

/** Docker writes `-s SUBNET ! -o BRIDGE -j MASQUERADE` for each of its networks. */
function subnetsBehind(table: RuleTable, bridges: readonly string[]): readonly string[] {
  return table.rules.flatMap((rule) => {
    const words = ruleWords(rule);
    const source = words[words.indexOf('-s') + 1];
    const isOurs = words.includes('-s') && words.some((word) => bridges.includes(word));
    return isOurs && source !== undefined ? [source] : [];
  });
}

export function isDockerChain(name: string): boolean {
  return /^DOCKER(?:-[A-Z0-9-]+)?$/.test(name);
}

/** Whether an IPv4 address or host (`172.18.0.2/32`) lies in one of the subnets; false for any other word. */
function isInside(word: string, subnets: readonly string[]): boolean {
  const address = addressNumber(word.split('/')[0] ?? '');
  if (address === undefined) return false;
  return subnets.some((subnet) => {
    const [base = '', length = '32'] = subnet.split('/');
    const start = addressNumber(base);
    const size = 2 ** (32 - Number(length));
    return start !== undefined && address >= start && address < start + size;
  });
}

function addressNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.reduce((sum, part) => sum * 256 + part, 0);
}
