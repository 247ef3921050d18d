import { expect, test } from '@jest/globals';
import type { MutablePod } from './mutant-types.ts';
import { antiAffinityInstead, eachPort } from './mutations.ts';

const pod = (): MutablePod => ({
  metadata: { labels: { app: 'a' } },
  spec: {
    containers: [
      { name: 'one', image: 'i', ports: [{ containerPort: 1, hostPort: 1 }, { containerPort: 2 }] },
      { name: 'none', image: 'i' },
      { name: 'two', image: 'i', ports: [{ containerPort: 3, hostPort: 3 }] },
    ],
  },
});

test('every port of every container is changed, and containers without ports are fine', () => {
  const changed = pod();
  eachPort((port) => (port.protocol = 'UDP'))(changed);
  expect(changed.spec.containers.flatMap(({ ports = [] }) => ports.map(({ protocol }) => protocol))).toEqual([
    'UDP',
    'UDP',
    'UDP',
  ]);
});

test('anti-affinity takes the place of ports and is about the pods of the same workload', () => {
  const changed = pod();
  antiAffinityInstead(changed);
  expect(JSON.stringify(changed.spec.containers)).not.toContain('hostPort');
  expect(JSON.stringify(changed.spec['affinity'])).toContain('"matchLabels":{"app":"a"}');
});
