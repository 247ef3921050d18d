import { ruleWords, type Ruleset, type RuleTable } from './ruleset.ts';

/** What has to change in one table: lines as iptables-restore reads them, applied together. */
export interface TablePlan {
  readonly table: string;
  readonly commands: readonly string[];
  /** The table was not there before: remove it as well if nothing of anybody is left in it. */
  readonly dropIfEmpty: boolean;
}

export interface FirewallDifference {
  readonly before: Ruleset;
  readonly now: Ruleset;
  /** What our daemon's chains are called instead of `DOCKER`. */
  readonly chainPrefix: string;
  /** Bridges of our own networks. */
  readonly bridges: readonly string[];
  /** True while another Docker daemon lives in this network: it relies on forwarding as it is now. */
  readonly shared: boolean;
}

/**
 * What has to be done so that our daemon's rules are gone. Everything that goes names one of our chains, one of our
 * bridges or a subnet behind them; chains called DOCKER belong to other engines and stay as they are. The FORWARD
 * policy, which dockerd sets to DROP when it switches forwarding on, returns with the last engine.
 */
export function planFirewall(difference: FirewallDifference): readonly TablePlan[] {
  return Object.entries(difference.now)
    .map(([table, now]) => planTable(table, now, difference))
    .filter((plan) => plan.commands.length > 0 || plan.dropIfEmpty);
}

function planTable(table: string, now: RuleTable, difference: FirewallDifference): TablePlan {
  const { chainPrefix, shared } = difference;
  const before = difference.before[table];
  const chains = Object.keys(now.chains).filter((name) => isOwnChain(name, chainPrefix));
  const commands = [
    ...rulesOutsideOwnChains(now, before, difference).map((rule) => `-D ${rule.slice('-A '.length)}`),
    // First emptied, because they jump to each other.
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
  ];
  const policy = before === undefined ? 'ACCEPT' : before.chains['FORWARD'];
  const current = now.chains['FORWARD'];
  if (table === 'filter' && !shared && policy !== undefined && current !== undefined && current !== policy) {
    commands.push(`-P FORWARD ${policy}`);
  }
  return { table, commands, dropIfEmpty: before === undefined && !shared };
}

/**
 * Our rules in chains of others. One that names a chain or bridge of ours is ours, even if the record has it: then an
 * earlier daemon left it. The hairpin form is told by the record, equal ones by their number.
 */
function rulesOutsideOwnChains(
  now: RuleTable,
  before: RuleTable | undefined,
  { bridges, chainPrefix }: FirewallDifference,
): readonly string[] {
  const subnets = subnetsBehind(now, bridges);
  const old = [...(before?.rules ?? [])];
  return now.rules.filter((rule) => {
    const words = ruleWords(rule);
    if (isOwnChain(words[1] ?? '', chainPrefix)) return false;
    if (words.some((word) => bridges.includes(word) || isOwnChain(word, chainPrefix))) return true;
    const index = old.indexOf(rule);
    if (index < 0) return isHairpin(words, subnets);
    old.splice(index, 1);
    return false;
  });
}

/** Bridges that our daemon's rules send to our chains: known even when their network is in no database any more. */
export function bridgesInRules(rules: Ruleset, chainPrefix: string): readonly string[] {
  return (rules['filter']?.rules ?? []).flatMap((rule) => {
    const [, chain, option, bridge, jump, target] = ruleWords(rule);
    const isOurs = chain === 'FORWARD' && option === '-o' && jump === '-j' && target === chainPrefix;
    return isOurs && bridge !== undefined ? [bridge] : [];
  });
}

/**
 * Docker writes `-s ADDRESS/32 -d ADDRESS/32 … -j MASQUERADE` for each published port; no bridge is named in it. The
 * subnets of two engines can be equal, so nothing but exactly this form counts as ours.
 */
function isHairpin(words: readonly string[], subnets: readonly string[]): boolean {
  const source = words[words.indexOf('-s') + 1] ?? '';
  const isForm = words[0] === '-A' && words[1] === 'POSTROUTING' && words[2] === '-s' && words[4] === '-d';
  return isForm && words[5] === source && words.at(-1) === 'MASQUERADE' && isInside(source, subnets);
}

/** Docker writes `-s SUBNET ! -o BRIDGE -j MASQUERADE` for each of its networks. */
function subnetsBehind(table: RuleTable, bridges: readonly string[]): readonly string[] {
  return table.rules.flatMap((rule) => {
    const words = ruleWords(rule);
    const at = words.indexOf('-s');
    const source = words[at + 1];
    const isOurs = at >= 0 && words.some((word) => bridges.includes(word));
    return isOurs && source !== undefined ? [source] : [];
  });
}

function isOwnChain(name: string, prefix: string): boolean {
  return name === prefix || name.startsWith(`${prefix}-`);
}

/** Whether an IPv4 host (`172.18.0.2/32`) lies in one of the subnets; false for anything else. */
function isInside(host: string, subnets: readonly string[]): boolean {
  const address = addressNumber(/^(.+)\/32$/.exec(host)?.[1] ?? '');
  return subnets.some((subnet) => {
    const [base = '', bits = '32'] = subnet.split('/');
    const start = addressNumber(base);
    if (address === undefined || start === undefined) return false;
    return address >= start && address < start + 2 ** (32 - Number(bits));
  });
}

function addressNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.reduce((sum, part) => sum * 256 + part, 0);
}
