import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAcceptingSkeleton } from './firewall.ts';
import { bridgesInRules, planFirewall, type TablePlan } from './firewall-plan.ts';
import { parseRuleset, ruleWords, type Ruleset } from './ruleset.ts';

/** Recorded on one host: first with a foreign Docker engine alone, then with an embedded engine beside it. */
const another = fixture('iptables-save-1.8.9-another-engine.txt');
const both = fixture('iptables-save-1.8.9-both-engines.txt');
const ours = { chainPrefix: 'PP048f7a', bridges: ['br-f690e1ff5f5a', 'br-9dbbda9cfd15'] };

function fixture(name: string): Ruleset {
  return parseRuleset(readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'));
}

/** What iptables-restore would make of a plan; knows -D, -F, -X and -P. */
function apply(rules: Ruleset, plans: readonly TablePlan[]): Ruleset {
  const tables = Object.fromEntries(
    Object.entries(rules).map(([name, table]) => [
      name,
      { chains: { ...table.chains }, rules: [...table.rules] },
    ]),
  );
  for (const plan of plans) {
    const table = tables[plan.table] ?? { chains: {}, rules: [] };
    for (const command of plan.commands) applyCommand(table, command);
    const isUsed =
      table.rules.length > 0 || Object.values(table.chains).some((policy) => policy !== 'ACCEPT');
    if (plan.dropIfEmpty && !isUsed) delete tables[plan.table];
  }
  return tables;
}

function applyCommand(table: { chains: Record<string, string>; rules: string[] }, command: string): void {
  const [verb, chain = '', value = ''] = command.split(' ');
  if (verb === '-D') {
    const index = table.rules.indexOf(`-A ${command.slice('-D '.length)}`);
    if (index < 0) throw new Error(`no such rule: ${command}`);
    table.rules.splice(index, 1);
  } else if (verb === '-F') {
    table.rules = table.rules.filter((rule) => !rule.startsWith(`-A ${chain} `));
  } else if (verb === '-X') {
    if (table.rules.some((rule) => ruleWords(rule).includes(chain))) throw new Error(`${chain} is in use`);
    delete table.chains[chain];
  } else if (verb === '-P') {
    table.chains[chain] = value;
  } else throw new Error(`unknown command: ${command}`);
}

describe('planFirewall', () => {
  test('removes our rules beside a foreign engine and leaves every rule of that one', () => {
    const plans = planFirewall({ ...ours, before: another, now: both, shared: true });
    expect(apply(both, plans)).toEqual(another);
  });

  test('what an earlier life of ours left goes too, although the record has it', () => {
    expect(bridgesInRules(both, ours.chainPrefix)).toEqual(ours.bridges);
    const plans = planFirewall({ ...ours, before: both, now: both, shared: true });
    const hairpin = '-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE';
    const left = apply(both, plans);
    expect(left['filter']).toEqual(another['filter']);
    expect(left['nat']?.rules.filter((rule) => rule !== hairpin)).toEqual(another['nat']?.rules);
  });

  test('a second look finds nothing more to do', () => {
    expect(planFirewall({ ...ours, before: another, now: another, shared: true })).toEqual([]);
  });

  test('an equal subnet of another engine is not mistaken for ours', () => {
    // Both engines have 172.17.0.0/16 here; this rule belongs to the other one.
    const rule = '-A POSTROUTING -s 172.17.0.0/16 ! -o br-f63850bab6e5 -j MASQUERADE';
    const before: Ruleset = { nat: { chains: another['nat']?.chains ?? {}, rules: [] } };
    const plans = planFirewall({ ...ours, before, now: both, shared: true });
    expect(apply(both, plans)['nat']?.rules).toContain(rule);
  });

  test('alone on an empty host it leaves an empty host', () => {
    const now: Ruleset = Object.fromEntries(
      Object.entries(both).map(([name, table]) => [name, withoutDocker(table)]),
    );
    const plans = planFirewall({ ...ours, before: {}, now, shared: false });
    expect(apply(now, plans)).toEqual({});
  });

  test('a policy that was DROP before us stays DROP', () => {
    const strict = { filter: { chains: { INPUT: 'ACCEPT', FORWARD: 'DROP', OUTPUT: 'ACCEPT' }, rules: [] } };
    expect(planFirewall({ ...ours, before: strict, now: strict, shared: false })).toEqual([]);
  });

  test('rules that somebody added meanwhile stay', () => {
    const mine = '-A INPUT -p tcp -m comment --comment "see DOCKER, PP and br-" -j DROP';
    const now = { filter: { chains: { INPUT: 'ACCEPT' }, rules: [mine] } };
    const before = { filter: { chains: { INPUT: 'ACCEPT' }, rules: [] } };
    expect(planFirewall({ ...ours, before, now, shared: false })).toEqual([]);
  });

  test('while another engine lives, forwarding policy and tables are not touched', () => {
    const plans = planFirewall({ ...ours, before: {}, now: both, shared: true });
    expect(plans.some((plan) => plan.dropIfEmpty)).toBe(false);
    expect(plans.flatMap((plan) => plan.commands).filter((command) => command.startsWith('-P'))).toEqual([]);
  });
});

function withoutDocker(table: Ruleset[string]): Ruleset[string] {
  const keep = (text: string): boolean => !/DOCKER|br-f63850bab6e5/.test(text);
  const chains = Object.entries(table.chains).filter(([name]) => keep(name));
  return { chains: Object.fromEntries(chains), rules: table.rules.filter(keep) };
}

describe('ruleWords', () => {
  test('takes quoted words apart as iptables-save writes them', () => {
    expect(ruleWords(String.raw`-A INPUT -m comment --comment "say \"hi\" \\ bye" -j DROP`)).toEqual([
      ...['-A', 'INPUT', '-m', 'comment', '--comment'],
      String.raw`say "hi" \ bye`,
      ...['-j', 'DROP'],
    ]);
  });
});

describe('isAcceptingSkeleton', () => {
  const chain = { family: 'ip', table: 'nat', name: 'OUTPUT', hook: 'output', policy: 'accept' };
  const json = (...items: object[]): string =>
    JSON.stringify({ nftables: [{ metainfo: {} }, { table: { name: 'nat' } }, ...items] });

  test('built-in chains that accept are nothing', () => {
    expect(isAcceptingSkeleton(json({ chain }))).toBe(true);
  });

  test.each([
    ['a chain that drops', { chain: { ...chain, policy: 'drop' } }],
    ['a chain of somebody', { chain: { family: 'ip', table: 'nat', name: 'MINE' } }],
    ['a rule', { rule: { family: 'ip', table: 'nat', chain: 'OUTPUT', expr: [] } }],
    ['a set', { set: { family: 'ip', table: 'nat', name: 's' } }],
  ])('%s is something', (_, item) => {
    expect(isAcceptingSkeleton(json({ chain }, item))).toBe(false);
  });
});
