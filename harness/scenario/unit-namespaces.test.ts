import { expect, test } from '@jest/globals';
import { fakeWorld } from '../testing/fake-cluster.ts';
import { unitNamespaces } from './unit-namespaces.ts';

test('a namespace is made once for each round and level, and admits that level', async () => {
  const { kube, created } = fakeWorld();
  const cluster = { namespaceLabels: { 'podproof.dev/attachment': 'podproof-3f2a91' } };
  const namespaceFor = unitNamespaces({ kube, cluster, runId: 'abc123' }, new AbortController().signal);
  const names = await Promise.all([
    namespaceFor(0, 'baseline'),
    namespaceFor(0, 'privileged'),
    namespaceFor(0, 'baseline'),
    namespaceFor(1, 'baseline'),
  ]);
  expect(names).toEqual([
    'podproof-abc123',
    'podproof-abc123-privileged',
    'podproof-abc123',
    'podproof-abc123-m1',
  ]);
  const level = 'pod-security.kubernetes.io/enforce';
  expect(created.map(({ metadata: { name, labels } }) => [name, labels?.[level]])).toEqual([
    ['podproof-abc123', 'baseline'],
    ['podproof-abc123-privileged', 'privileged'],
    ['podproof-abc123-m1', 'baseline'],
  ]);
  // By it whoever ends the attachment finds them.
  expect(created.map(({ metadata: { labels } }) => labels?.['podproof.dev/attachment'])).toEqual(
    Array.from({ length: 3 }, () => 'podproof-3f2a91'),
  );
});
