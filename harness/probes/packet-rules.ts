import { describeResult } from '../core/command.ts';
import { CannotTell, type NodeUnderTest, type PodUnderTest, type Scene } from '../core/under-test.ts';
import { ask, read } from './answer.ts';
import { askInContainer } from './in-container.ts';

/** iptables-restore otherwise empties the table first. The lock is everybody's on the node. */
const KEEPING_ALL_ELSE = ['--noflush', '--wait'] as const;

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
  const program = await iptablesOf(pod.node);
  // At most 28 characters (iptables, XT_EXTENSION_MAXNAMELEN), of this unit and of this pod.
  const chain = `PODPROOF-${scene.nonceOf('').slice(0, 12)}-${pod.uid.slice(0, 6)}`;
  let onNode = false;
  try {
    const outcome = await write(pod, program, chain);
    onNode = await shows(pod.node, chain);
    return { outcome, onNode };
  } finally {
    if (onNode) await remove(pod.node, chain);
  }
}

/**
 * The very program that the node's iptables is: what its other variant writes would not show up. Debian's alternatives
 * are links in /etc, which a pod does not have, so the program behind them is called by its name.
 */
async function iptablesOf({ runner }: NodeUnderTest): Promise<string> {
  const path = await read(runner, ['readlink', '-f', '/usr/sbin/iptables']);
  const program = /\/(xtables-(?:nft|legacy)-multi)$/.exec(path)?.[1];
  if (program === undefined)
    throw new CannotTell(`iptables of ${runner.where} is ${path}, an unknown program`);
  return program;
}

async function write(pod: PodUnderTest, program: string, chain: string): Promise<RuleAttempt['outcome']> {
  const rules = restoring(`:${chain} - [0:0]`, `-A ${chain} -j RETURN`);
  const tried = await askInContainer(pod, [program, 'iptables-restore', ...KEEPING_ALL_ELSE], {
    stdin: rules,
  });
  if (tried.exitCode === 0) return 'written';
  if (tried.stderr.includes('Permission denied')) return 'Permission denied';
  throw new CannotTell(`iptables-restore in ${pod.name}: ${describeResult(tried)}`);
}

async function shows({ runner }: NodeUnderTest, chain: string): Promise<boolean> {
  const rules = await read(runner, ['iptables-save', '-t', 'nat']);
  if (!rules.includes('\n:POSTROUTING ')) throw new CannotTell(`${runner.where} shows no rules at all`);
  return rules.split('\n').includes(`-A ${chain} -j RETURN`);
}

async function remove({ runner }: NodeUnderTest, chain: string): Promise<void> {
  const removed = await ask(runner, ['iptables-restore', ...KEEPING_ALL_ELSE], {
    stdin: restoring(`-F ${chain}`, `-X ${chain}`),
  });
  if (removed.exitCode !== 0)
    throw new CannotTell(`chain ${chain} of ${runner.where}: ${describeResult(removed)}`);
}

/** What iptables-restore reads: one command for several changes, which come about all together or not at all. */
function restoring(...changes: readonly string[]): string {
  return ['*nat', ...changes, 'COMMIT', ''].join('\n');
}
