import { describe, expect, test } from '@jest/globals';
import type { ContainerState, Mount } from '../../docker/engine-port.ts';
import { assertConfined } from './confined.ts';

const node = (hostAddress: string, mounts: readonly Mount[] = []): readonly ContainerState[] => [
  {
    id: 'x',
    name: 'podproof-3f2a91-control-plane',
    image: '',
    imageId: '',
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
    mounts,
  },
];

describe('ports that other machines can reach', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1'])('%s is loopback', (address) => {
    expect(() => {
      assertConfined(node(address));
    }).not.toThrow();
  });

  test.each(['', '0.0.0.0', '::', '192.168.1.5', '127.0.0.1.example.org', '::ffff:127.0.0.1'])(
    '%j is refused, with the container and the port in the message',
    (address) => {
      expect(() => {
        assertConfined(node(address));
      }).toThrow(/podproof-3f2a91-control-plane 6443\/tcp on .*:40000/);
    },
  );
});

describe('what is mounted from this machine', () => {
  const mounted = (source: string, writable: boolean, type = 'bind') =>
    node('127.0.0.1', [{ type, source, target: '/x', writable }]);

  test.each([
    ['/lib/modules', false, 'bind'],
    ['/run/current-system/kernel-modules/lib/modules', false, 'bind'],
    ['/dev/mapper', true, 'bind'],
    ['/var/lib/docker/volumes/1/_data', true, 'volume'],
  ])('%s is what kind or minikube needs', (source, writable, type) => {
    expect(() => {
      assertConfined(mounted(source, writable, type));
    }).not.toThrow();
  });

  test.each([
    ['/var/run/docker.sock', true],
    ['/run/podman/podman.sock', false],
    ['/run', false],
    ['/', false],
    ['/lib/modules', true],
    ['/home/alice', false],
  ])('%s is refused for safety', (source, writable) => {
    expect(() => {
      assertConfined(mounted(source, writable));
    }).toThrow(expect.objectContaining({ code: 'HOST_MOUNTED', exitCode: 8 }));
  });
});
