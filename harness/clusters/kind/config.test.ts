import { describe, expect, test } from '@jest/globals';
import { kindConfig } from './config.ts';

const parse = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('kind configuration', () => {
  test('three nodes on cgroup v1: the kubelet is told to start anyway', () => {
    const config = parse(kindConfig({ nodes: 3, image: 'podproof-node:v1.37.2-3f2a91', cgroupVersion: '1' }));
    expect(config['nodes']).toEqual([{ role: 'control-plane' }, { role: 'worker' }, { role: 'worker' }]);
    const [patch] = config['kubeadmConfigPatches'] as string[];
    expect(JSON.parse(patch ?? '')).toEqual({
      kind: 'KubeletConfiguration',
      failCgroupV1: false,
      cgroupDriver: 'cgroupfs',
      podPidsLimit: 1024,
    });
  });

  test('a kubelet that does not know failCgroupV1 does not get it', () => {
    const text = kindConfig({ nodes: 1, image: 'kindest/node:v1.30.4@sha256:abc', cgroupVersion: '1' });
    expect(text).not.toContain('failCgroupV1');
  });

  test('on cgroup v2 the kubelet only gets the limit of tasks', () => {
    const config = parse(kindConfig({ nodes: 1, image: 'x:v1.37.2', cgroupVersion: '2' }));
    const [patch] = config['kubeadmConfigPatches'] as string[];
    expect(JSON.parse(patch ?? '')).toEqual({ kind: 'KubeletConfiguration', podPidsLimit: 1024 });
  });

  test('kubeadm gets time on a busy machine, in the version that knows how to say so', () => {
    expect(kindConfig({ nodes: 1, image: 'x:v1.37.2', cgroupVersion: '2' })).toContain('kubernetesAPICall');
    expect(kindConfig({ nodes: 1, image: 'x:v1.35.0', cgroupVersion: '2' })).not.toContain(
      'kubernetesAPICall',
    );
  });

  test('nothing listens anywhere but on loopback', () => {
    const config = kindConfig({
      nodes: 1,
      image: 'x:v1.37.2',
      cgroupVersion: '2',
      mappings: [{ containerPort: 9000, hostPort: 0 }],
    });
    expect(parse(config)).toMatchObject({
      networking: { apiServerAddress: '127.0.0.1', ipFamily: 'ipv4' },
      nodes: [{ extraPortMappings: [{ containerPort: 9000, hostPort: 0, listenAddress: '127.0.0.1' }] }],
    });
  });
});
