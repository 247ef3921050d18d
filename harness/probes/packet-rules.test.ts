import { describe, expect, test } from '@jest/globals';
import type { CommandResult, CommandRunner } from '../core/command.ts';
import type { Pod } from '../core/kube.ts';
import type { PodUnderTest } from '../core/under-test.ts';
import { exited } from '../testing/fake-cluster.ts';
import { tryPacketRule } from './packet-rules.ts';

const CHAIN = 'PODPROOF-0123456789ab-uid-1';
const SAVED = '*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:KUBE-MARK-MASQ - [0:0]\n';
const RULE = `-A ${CHAIN} -j RETURN\n`;
/** Recorded from iptables 1.8.9 in a container without NET_ADMIN. */
const DENIED: CommandResult = {
  ...exited('', 4),
  stderr:
    'iptables-restore v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n',
};

describe('tryPacketRule', () => {
  test('a rule that the node shows is removed again, chain and all', async () => {
    const { pod, asked } = world({ saved: SAVED + RULE });
    await expect(tryPacketRule(pod, { nonceOf })).resolves.toEqual({ outcome: 'written', onNode: true });
    expect(asked.at(-1)).toBe(`iptables-restore --noflush --wait < *nat\n-F ${CHAIN}\n-X ${CHAIN}\nCOMMIT\n`);
  });

  test('a rule that was written elsewhere is no rule of the node', async () => {
    const { pod, asked } = world({ saved: SAVED });
    await expect(tryPacketRule(pod, { nonceOf })).resolves.toEqual({ outcome: 'written', onNode: false });
    expect(asked.at(-1)).toBe('iptables-save -t nat');
  });

  test('a refusal counts only in the kernel’s words', async () => {
    const denied = world({ saved: SAVED, tried: DENIED });
    await expect(tryPacketRule(denied.pod, { nonceOf })).resolves.toMatchObject({
      outcome: 'Permission denied',
    });
    const missing = world({
      saved: SAVED,
      tried: { ...exited('', 1), stderr: 'ctr: OCI runtime exec failed' },
    });
    await expect(tryPacketRule(missing.pod, { nonceOf })).rejects.toThrow('OCI runtime exec failed');
  });

  test('a node that shows no rules at all is no answer', async () => {
    await expect(tryPacketRule(world({ saved: '*nat\nCOMMIT\n' }).pod, { nonceOf })).rejects.toThrow(
      'shows no rules at all',
    );
  });
});

function nonceOf(pod: string): string {
  return `0123456789abcdef-${pod}`;
}

function world(says: { saved: string; tried?: CommandResult }): { pod: PodUnderTest; asked: string[] } {
  const asked: string[] = [];
  const runner: CommandRunner = {
    where: 'node a',
    run(argv, { stdin }) {
      asked.push(argv.join(' ') + (stdin === undefined ? '' : ` < ${stdin}`));
      if (argv[0] === 'readlink') return Promise.resolve(exited('/usr/sbin/xtables-nft-multi\n'));
      if (argv[0] === 'iptables-save') return Promise.resolve(exited(says.saved));
      return Promise.resolve(argv[0] === 'ctr' ? (says.tried ?? exited('')) : exited(''));
    },
  };
  const node = { name: 'a', address: '192.0.2.1', runner };
  const stored: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [] },
    status: {
      containerStatuses: [
        { name: 'main', ready: true, restartCount: 0, containerID: 'containerd://17a6506d' },
      ],
    },
  };
  const pod: PodUnderTest = {
    name: 'p',
    namespace: 'n',
    uid: 'uid-1',
    nodeUid: 'uid-1',
    runner,
    node,
    otherNodes: [],
    read: () => Promise.resolve(stored),
    events: () => Promise.resolve([]),
    nudge: () => Promise.resolve(),
  };
  return { pod, asked };
}
