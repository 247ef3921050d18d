import { access, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { can, type Cluster } from '../../core/cluster.ts';
import type { KubeClient } from '../../core/kube.ts';
import { connect } from '../../kube/client.ts';
import { E2eNamespace } from '../../testing/e2e-namespace.ts';
import { within } from '../../testing/e2e-settings.ts';
import { reserve, stateFolder } from '../cluster-record.ts';
import type { ProviderBench } from './bench.e2e.fixture.ts';
import { nodeTests } from './nodes.e2e.fixture.ts';
import { CREATE_MS, options, type ContractScene } from './scene.e2e.fixture.ts';

/** What a provider promises about a cluster from its creation to its end. One cluster serves all of these tests. */
export function sharedClusterTests(bench: ProviderBench, also?: (scene: ContractScene) => void): void {
  const { provider } = bench;
  const nodes = can(provider, 'maxNodes') ? 2 : 1;
  const announced: string[] = [];
  const userKubeconfig = join(bench.scratch, 'kubeconfig');
  let before: readonly string[];
  let cluster: Cluster;
  let kube: KubeClient;
  let namespace: E2eNamespace;

  beforeAll(async () => {
    before = await bench.things();
    await writeFile(userKubeconfig, '{ malformed: [');
    await writeFile(`${userKubeconfig}.lock`, '');
    // oxlint-disable-next-line node/no-process-env -- programs inherit it, which is what is tested
    process.env['KUBECONFIG'] = userKubeconfig;
    cluster = await provider.create(bench.spec(nodes), {
      ...options(CREATE_MS),
      onBeforeCreate: (name) => announced.push(name),
    });
    kube = await connect({ kubeconfig: cluster.kubeconfig });
    namespace = await E2eNamespace.create(kube);
  }, CREATE_MS + 60_000);

  afterAll(async () => {
    // oxlint-disable-next-line node/no-process-env -- see above
    delete process.env['KUBECONFIG'];
    await kube.close();
  });

  test('the name was announced once', () => {
    expect(announced).toEqual([cluster.name]);
  });

  test('the user’s own kubeconfig, malformed and locked, is neither read nor written', async () => {
    expect(await readFile(userKubeconfig, 'utf8')).toBe('{ malformed: [');
    expect(await readFile(`${userKubeconfig}.lock`, 'utf8')).toBe('');
  });

  test('is private: folders 0700, files 0600', async () => {
    const folder = dirname(cluster.kubeconfig);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const files = await readdir(folder);
    expect(files).toContain('kubeconfig');
    for (const file of files) {
      const found = await stat(join(folder, file));
      expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
    }
  });

  test('every port of it is offered on loopback only, and none of it has the socket of the engine', async () => {
    const states = await bench.containersOf(cluster.name);
    expect(states.length).toBeGreaterThanOrEqual(nodes);
    for (const { bindings, mounts } of states) {
      for (const { hostAddress } of bindings) expect(hostAddress).toMatch(/^(127\.|::1$)/);
      expect(mounts.filter(({ source }) => source.includes('.sock'))).toEqual([]);
    }
  });

  test('all nodes are Ready, and one at least takes pods', async () => {
    const found = await kube.list('Node', {}, within(30));
    expect(found.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      cluster.nodes.map(({ name }) => name).toSorted(),
    );
    for (const { status } of found)
      expect(status).toMatchObject({
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
      });
    expect(new Set(cluster.nodes.map(({ address }) => address)).size).toBe(nodes);
    expect(cluster.nodes.map(({ role }) => role)).toContain('control-plane');
    expect(cluster.nodes.some(({ schedulable }) => schedulable)).toBe(true);
  });

  test('tells what it is', () => {
    expect(cluster.facts).toMatchObject({
      kubernetes: expect.stringMatching(/^v1\.\d+\.\d+/),
      containerd: expect.stringMatching(/^\d+\.\d+/),
      cgroup: expect.stringMatching(/^v[12]$/),
      nodes: String(nodes),
      image: expect.stringMatching(/./),
    });
  });

  nodeTests({ bench, cluster: () => cluster, kube: () => kube, namespace: () => namespace });
  also?.({ bench, cluster: () => cluster, kube: () => kube, namespace: () => namespace });

  test('its logs say what happened on every node', async () => {
    const texts = new Map<string, string>();
    const keep = (file: string, text: string): void => void texts.set(file, text);
    await provider.diagnose(cluster.name, keep, within(60));
    for (const { name } of cluster.nodes)
      expect([...texts.keys()].filter((file) => file.startsWith(`nodes/${name}/`))).not.toEqual([]);
    expect(texts.get('cluster/pods.txt')).toMatch(/coredns.*Running/);
    expect([...texts.values()].join('\n')).not.toContain('[podproof:');
  }, 90_000);

  test('kept, it is taken over only when it fits', async () => {
    expect(await provider.findKept(bench.spec(nodes), options(60_000))).toBeUndefined();
    await provider.keep(cluster.name);
    const other = { ...bench.spec(nodes), image: bench.workload };
    expect(await provider.findKept(other, options(60_000))).toBeUndefined();
    const found = await provider.findKept(bench.spec(nodes), options(60_000));
    expect(found).toMatchObject({ name: cluster.name, reused: true, kubeconfig: cluster.kubeconfig });
    expect(found?.nodes).toHaveLength(nodes);
    // What was pushed before is still there.
    expect(await found?.registry(within(60))).toEqual(await cluster.registry(within(60)));
  }, 90_000);

  describe('a second cluster beside it', () => {
    /** Some other run has just taken this name, and nothing of its cluster exists yet. */
    const theirs = 'podproof-c1a5c1';
    const free = 'podproof-c1a5c2';

    test(
      'takes no name that another one has, and is removed alone',
      async () => {
        const folder = stateFolder(bench.cacheDir, theirs);
        await reserve(folder);
        bench.names.push(cluster.name, theirs, free);
        const second = await provider.create(bench.spec(1), options(CREATE_MS));
        expect(second).toMatchObject({ name: free, nodes: [{}] });
        await provider.destroy(free, within(60));
        expect(await readdir(folder.path)).toEqual([]);
        await folder.remove();
        expect(await kube.list('Node', {}, within(30))).toHaveLength(nodes);
        expect(await bench.containersOf(free)).toEqual([]);
      },
      CREATE_MS,
    );
  });

  test('destroyed, it leaves the engine and the cache as they were', async () => {
    await provider.destroy(cluster.name, within(60));
    expect(await bench.things()).toEqual(before);
    await expect(access(stateFolder(bench.cacheDir, cluster.name).path)).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await provider.destroy(cluster.name, within(60));
  }, 90_000);
}
