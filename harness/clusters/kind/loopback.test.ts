import { describe, expect, test } from '@jest/globals';
import type { ContainerState } from '../../docker/engine-port.ts';
import { assertLoopbackOnly } from './loopback.ts';

const bound = (hostAddress: string): readonly ContainerState[] => [
  {
    id: 'x',
    name: 'podproof-3f2a91-control-plane',
    image: '',
    labels: {},
    state: 'running',
    running: true,
    paused: false,
    exitCode: 0,
    restarts: 0,
    startedAt: '',
    bindings: [{ containerPort: '6443/tcp', hostAddress, hostPort: '40000' }],
    addresses: {},
    volumes: [],
  },
];

describe('ports that other machines can reach', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1'])('%s is loopback', (address) => {
    expect(() => {
      assertLoopbackOnly(bound(address));
    }).not.toThrow();
  });

  test.each(['', '0.0.0.0', '::', '192.168.1.5', '127.0.0.1.example.org', '::ffff:127.0.0.1'])(
    '%j is refused, with the container and the port in the message',
    (address) => {
      expect(() => {
        assertLoopbackOnly(bound(address));
      }).toThrow(/podproof-3f2a91-control-plane 6443\/tcp on .*:40000/);
    },
  );
});
