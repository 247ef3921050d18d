import { describe, expect, test } from '@jest/globals';
import { exited } from '../testing/fake-cluster.ts';
import { parseNamespaces, sharedWithNode } from './namespaces.ts';

/** Recorded on a node of the control plane, shortened: its PID 1 and its API server. */
const LISTING = `/proc/1/ns:
total 0
lrwxrwxrwx 1 root root 0 Nov 27 21:11 mnt -> mnt:[4026532259]
lrwxrwxrwx 1 root root 0 Nov 27 21:11 net -> net:[4026532263]
lrwxrwxrwx 1 root root 0 Nov 27 20:59 pid -> pid:[4026532262]
lrwxrwxrwx 1 root root 0 Nov 27 21:24 pid_for_children -> pid:[4026532262]

/proc/404/ns:
total 0
lrwxrwxrwx 1 root root 0 Nov 27 20:59 mnt -> mnt:[4026532419]
lrwxrwxrwx 1 root root 0 Nov 27 21:11 net -> net:[4026532263]
lrwxrwxrwx 1 root root 0 Nov 27 21:11 pid -> pid:[4026532420]
lrwxrwxrwx 1 root root 0 Nov 27 21:24 pid_for_children -> pid:[4026532420]
`;

test('one listing tells the namespaces of each process asked, and nothing of others', () => {
  expect(parseNamespaces(LISTING, 404)).toMatchObject({ net: 'net:[4026532263]', pid: 'pid:[4026532420]' });
  expect(parseNamespaces(LISTING, 1)).toMatchObject({ pid: 'pid:[4026532262]' });
  expect(() => parseNamespaces(LISTING, 40)).toThrow('no namespaces of process 40');
});

describe('sharedWithNode', () => {
  const node = (listing: string): Parameters<typeof sharedWithNode>[0] => ({
    name: 'a',
    address: '192.0.2.1',
    runner: { where: 'node a', run: () => Promise.resolve(exited(listing)) },
  });

  test('names the kinds that are equal', async () => {
    await expect(sharedWithNode(node(LISTING), 404)).resolves.toEqual(['net']);
  });

  test('a kind that is missing from one of the two is no difference but no answer', async () => {
    const shorter = LISTING.replace(/.*pid:\[4026532420\]\n/g, '');
    await expect(sharedWithNode(node(shorter), 404)).rejects.toThrow('show different kinds');
  });
});
