import { describeResult } from '../core/command.ts';
import { CannotTell, type NodeUnderTest, type PodUnderTest, type Scene } from '../core/under-test.ts';
import { ask, read } from './answer.ts';
import { askInContainer } from './in-container.ts';

/** What became of a rule that a pod tried to write. */
export type RuleAttempt = {
  readonly outcome: 'written' | 'Permission denied';
  /** Whether the node's own iptables shows the rule. */
  readonly onNode: boolean;
};

/**
 * Lets a pod's container write a packet rule of the table nat, in a chain of its own that no packet ever reaches, looks
 * for it on the node and removes it again. The container needs the programs of iptables, and no shell.
 *
 * @throws CannotTell when the pod has no iptables, or the node does not show its own rules
 */
export async function tryPacketRule(pod: PodUnderTest, scene: Pick<Scene, 'nonceOf'>): Promise<RuleAttempt> {
  const iptables = await iptablesOf(pod.node);
  // At most 28 characters (iptables, XT_EXTENSION_MAXNAMELEN), of this unit and of this pod.
  const chain = `PODPROOF-${scene.nonceOf('').slice(0, 12)}-${pod.uid.slice(0, 6)}`;
  let onNode = false;
  try {
    const outcome = await write(pod, iptables, chain);
    onNode = await shows(pod.node, chain);
    return { outcome, onNode };
  } finally {
    if (onNode) await remove(pod.node, chain);
  }
}

type Iptables = readonly [program: string, name: string];

/**
 * How to call the very iptables that the node uses: kernel tables written by its other variant would not show up.
 * Debian's alternatives are links in /etc, which a pod does not have, so the program behind them is called by its name.
 */
async function iptablesOf({ runner }: NodeUnderTest): Promise<Iptables> {
  const path = await read(runner, ['readlink', '-f', '/usr/sbin/iptables']);
  const program = /\/(xtables-(?:nft|legacy)-multi)$/.exec(path)?.[1];
  if (program === undefined)
    throw new CannotTell(`iptables of ${runner.where} is ${path}, an unknown program`);
  return [program, 'iptables'];
}

async function write(pod: PodUnderTest, iptables: Iptables, chain: string): Promise<RuleAttempt['outcome']> {
  for (const action of [
    ['-N', chain],
    ['-A', chain, '-j', 'RETURN'],
  ]) {
    const tried = await askInContainer(pod, [...iptables, '-w', '-t', 'nat', ...action]);
    if (tried.exitCode === 0) continue;
    if (tried.stderr.includes('Permission denied')) return 'Permission denied';
    throw new CannotTell(`iptables ${action.join(' ')} in ${pod.name}: ${describeResult(tried)}`);
  }
  return 'written';
}

async function shows({ runner }: NodeUnderTest, chain: string): Promise<boolean> {
  const rules = await read(runner, ['iptables-save', '-t', 'nat']);
  if (!rules.includes('\n:POSTROUTING ')) throw new CannotTell(`${runner.where} shows no rules at all`);
  return rules.split('\n').includes(`-A ${chain} -j RETURN`);
}

async function remove({ runner }: NodeUnderTest, chain: string): Promise<void> {
  for (const action of ['-F', '-X']) {
    const removed = await ask(runner, ['iptables', '-w', '-t', 'nat', action, chain]);
    if (removed.exitCode !== 0)
      throw new CannotTell(`chain ${chain} of ${runner.where}: ${describeResult(removed)}`);
  }
}
