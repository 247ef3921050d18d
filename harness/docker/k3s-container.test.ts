import { existsSync, readFileSync } from 'node:fs';
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

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const pathOf = (file: string): URL => new URL(`../../${file}`, import.meta.url);
const textOf = (file: string): string => readFileSync(pathOf(file), 'utf8');
const manifestIn = (folder: string): Manifest => JSON.parse(textOf(`${folder}/package.json`)) as Manifest;

const IMAGE = 'rancher/k3s:v1.36.2-k3s1';
const NEVER = new AbortController().signal;

const asked = (container: unknown): Asked['hostConfig'] => (container as Asked).hostConfig;

describe('the k3s module of testcontainers', () => {
  test('is confined: loopback for every port, nothing mounted, cgroups of its own', () => {
    const { CgroupnsMode, Binds, PortBindings } = asked(confined(K3sContainer, IMAGE, NEVER));
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

  test('starts nothing once the run is over, such as after a long pull', async () => {
    const run = new AbortController();
    const container = confined(K3sContainer, IMAGE, run.signal) as unknown as {
      beforeContainerCreated: () => Promise<void>;
    };
    await container.beforeContainerCreated();
    run.abort(new Error('interrupted'));
    await expect(container.beforeContainerCreated()).rejects.toThrow('interrupted');
  });

  test('is called by its version', () => {
    expect(manifestIn('.').dependencies?.['@testcontainers/k3s']).toBe(K3S_MODULE);
  });

  test('finds the tar-stream that it does not declare, because we do', () => {
    const module = 'node_modules/@testcontainers/k3s';
    expect(textOf(`${module}/build/k3s-container.js`)).toContain('require("tar-stream")');
    expect(manifestIn(module).dependencies).not.toHaveProperty('tar-stream');
    // Nothing nearer to it than what npm made of our own dependency.
    expect(existsSync(pathOf(`${module}/node_modules/tar-stream`))).toBe(false);
    expect(manifestIn('.').dependencies?.['tar-stream']).toBe(manifestIn('node_modules/tar-stream').version);
  });
});
