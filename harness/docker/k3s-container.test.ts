import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { K3sContainer } from '@testcontainers/k3s';
import { confined, K3S_MODULE } from './k3s-container.ts';

/** What the module asks of the engine; its types hide it. */
interface Asked {
  readonly hostConfig: {
    readonly CgroupnsMode: string;
    readonly Binds?: readonly string[];
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp?: string }[]>>;
  };
}

const asked = (container: unknown): Asked['hostConfig'] => (container as Asked).hostConfig;

describe('the k3s module of testcontainers', () => {
  test('is confined: loopback for every port, nothing mounted, cgroups of its own', () => {
    const { CgroupnsMode, Binds, PortBindings } = asked(confined(K3sContainer, 'rancher/k3s:v1.36.2-k3s1'));
    expect(CgroupnsMode).toBe('private');
    expect(Binds).toEqual([]);
    expect(Object.keys(PortBindings)).toContain('6443/tcp');
    for (const bindings of Object.values(PortBindings))
      expect(bindings).toEqual([{ HostIp: '127.0.0.1', HostPort: '0' }]);
  });

  test('still needs that: what it would do by itself', () => {
    const { CgroupnsMode, Binds, PortBindings } = asked(new K3sContainer('rancher/k3s:v1.36.2-k3s1'));
    expect({ CgroupnsMode, Binds }).toEqual({
      CgroupnsMode: 'host',
      Binds: [expect.stringContaining('/sys/fs/cgroup')],
    });
    expect(PortBindings['6443/tcp']?.[0]?.HostIp).toBeUndefined();
  });

  test('is called by its version', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ dependencies: { '@testcontainers/k3s': K3S_MODULE } });
  });
});
