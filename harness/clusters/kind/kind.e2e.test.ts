import { access, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cluster, ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InterruptedError } from '../../core/errors.ts';
import { silentProgress } from '../../core/progress.ts';
import { stateFolder } from '../cluster-record.ts';
import { openKindBench, type KindBench } from './kind.e2e.fixture.ts';
import { pullAndRun, pushSaying, type Pulled } from './tag-swap.e2e.fixture.ts';

/** A busy machine may need minutes for two nodes. */
const CREATE_MS = 300_000;

let bench: KindBench;

beforeAll(async () => {
  bench = await openKindBench();
}, 60_000);

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
}, 120_000);

const spec = (): { nodes: number; image: string } => ({ nodes: 2, image: bench.image });

const userKubeconfig = (): string => join(bench.scratch, 'kubeconfig');

function within(ms: number, parent?: AbortSignal): ProviderOptions {
  return { deadline: Deadline.in(ms, 'the cluster', parent), progress: silentProgress };
}

describe('a cluster of two nodes', () => {
  let before: readonly string[];
  let cluster: Cluster;

  beforeAll(async () => {
    before = await bench.things();
    await writeFile(userKubeconfig(), '{ malformed: [');
    await writeFile(`${userKubeconfig()}.lock`, '');
    // oxlint-disable-next-line node/no-process-env -- kind inherits it, which is what is tested
    process.env['KUBECONFIG'] = userKubeconfig();
    cluster = await bench.kind.create(spec(), within(CREATE_MS));
  }, CREATE_MS + 60_000);

  // oxlint-disable-next-line node/no-process-env -- see above
  afterAll(() => void delete process.env['KUBECONFIG']);

  test('the user’s own kubeconfig, malformed and locked, is neither read nor written', async () => {
    expect(await readFile(userKubeconfig(), 'utf8')).toBe('{ malformed: [');
    expect(await readFile(`${userKubeconfig()}.lock`, 'utf8')).toBe('');
  });

  test('is private: folder 0700, kubeconfig and record 0600', async () => {
    const folder = dirname(cluster.kubeconfig);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const file of await readdir(folder))
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  });

  test('knows its nodes: a tainted control plane and a worker, each with its own address', () => {
    expect(cluster.nodes).toMatchObject([
      { name: `${cluster.name}-control-plane`, role: 'control-plane', schedulable: false },
      { name: `${cluster.name}-worker`, role: 'worker', schedulable: true },
    ]);
    expect(new Set(cluster.nodes.map(({ address }) => address)).size).toBe(2);
  });

  test('a node’s runner is on that node, outside every pod', async () => {
    for (const { name, address, runner } of cluster.nodes) {
      const { stdout } = await runner.run(
        ['sh', '-c', 'hostname; hostname -I; cat /proc/1/comm'],
        within(30_000),
      );
      expect(stdout).toContain(`${name}\n`);
      expect(stdout).toContain(address);
      expect(stdout).toContain('systemd');
    }
  });

  test('every node has the workload', async () => {
    for (const { runner } of cluster.nodes) {
      const { stdout } = await runner.run(['ctr', '-n', 'k8s.io', 'images', 'ls', '-q'], within(30_000));
      expect(stdout.split('\n')).toContain(cluster.workloadImage);
    }
  });

  test('tells what it is', () => {
    expect(cluster.facts).toMatchObject({
      kubernetes: expect.stringMatching(/^v1\.\d+\.\d+/),
      containerd: expect.stringMatching(/^\d+\.\d+/),
      kind: expect.stringMatching(/^0\.\d+/),
      cgroup: expect.stringMatching(/^v[12]$/),
      nodes: '2',
    });
  });

  test('an outsider on the same network reaches a node’s API server, and is no node', async () => {
    const outsider = await cluster.outsider(within(60_000).deadline);
    expect(await cluster.outsider(within(60_000).deadline)).toBe(outsider);
    const [node] = cluster.nodes;
    const url = `https://${node?.address ?? ''}:6443/livez`;
    const answer = await outsider.run(['curl', '-sk', '--max-time', '5', url], within(30_000));
    expect(answer).toMatchObject({ kind: 'exited', exitCode: 0, stdout: 'ok' });
    const { stdout } = await outsider.run(['hostname'], within(30_000));
    expect(cluster.nodes.map(({ name }) => name)).not.toContain(stdout.trim());
  });

  test('a tag that is pushed again is another image for whoever pulls it, on every node', async () => {
    const onEveryNode = (when: string): Promise<readonly Pulled[]> =>
      Promise.all(cluster.nodes.map(({ name, role }) => pullAndRun(cluster, `${when}-${role}`, name)));
    const benign = await pushSaying(cluster, 'hello', '405');
    const hello = { digest: benign, says: 'hello as 405' };
    expect(await onEveryNode('before')).toEqual([hello, hello]);
    const evil = await pushSaying(cluster, 'pwned');
    expect(evil).not.toBe(benign);
    const pwned = { digest: evil, says: 'pwned as 0' };
    expect(await onEveryNode('after')).toEqual([pwned, pwned]);
  }, 180_000);

  test('its registry has no capability, no mount and no port, and runs as nobody’s user', async () => {
    const inspected = await bench.inspect(`${cluster.name}-registry`);
    expect(inspected).toMatchObject({
      Config: { User: '65535:65535', Labels: { 'podproof.cluster': cluster.name } },
      HostConfig: { CapDrop: ['ALL'], Privileged: false, NetworkMode: 'kind' },
      Mounts: [],
    });
    expect(inspected.HostConfig.PortBindings ?? {}).toEqual({});
  });

  test('its logs say what happened on every node', async () => {
    const texts = new Map<string, string>();
    const keep = (file: string, text: string): void => void texts.set(file, text);
    await bench.kind.diagnose(cluster.name, keep, Deadline.in(60_000, 'the logs'));
    for (const { name } of cluster.nodes) {
      expect(texts.get(`nodes/${name}/kubelet.log`)).toContain('kubelet');
      expect(texts.get(`nodes/${name}/container.json`)).toContain('"running": true');
    }
    expect(texts.get('cluster/pods.txt')).toMatch(/coredns.*Running/);
    expect([...texts.keys()].join('\n')).toMatch(/control-plane\/pods\/.*kube-apiserver/);
    expect([...texts.values()].join('\n')).not.toContain('[podproof:');
  });

  test('kept, it is taken over only when it fits', async () => {
    expect(await bench.kind.findKept(spec(), within(60_000))).toBeUndefined();
    await bench.kind.keep(cluster.name);
    expect(await bench.kind.findKept({ ...spec(), nodes: 1 }, within(60_000))).toBeUndefined();
    const startedAt = performance.now();
    const found = await bench.kind.findKept(spec(), within(60_000));
    expect(found).toMatchObject({ name: cluster.name, reused: true, nodes: [{}, {}] });
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    // What was pushed before is still there.
    const registry = await cluster.registry(within(10_000).deadline);
    expect(await found?.registry(within(10_000).deadline)).toEqual(registry);
    const { says } = await pullAndRun(cluster, 'kept', cluster.nodes[0]?.name ?? '');
    expect(says).toBe('pwned as 0');
  }, 120_000);

  test('destroyed, it leaves the engine and the cache as they were', async () => {
    await bench.kind.destroy(cluster.name, Deadline.in(60_000, 'the cluster to be removed'));
    expect(await bench.things()).toEqual(before);
    await expect(access(stateFolder(bench.cacheDir, cluster.name).path)).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await bench.kind.destroy(cluster.name, Deadline.in(60_000, 'nothing to be removed'));
  }, 90_000);
});

describe('a creation that does not end well leaves nothing', () => {
  test.each([1000, 4000, 9000])(
    'interrupted after %i ms',
    async (ms) => {
      const before = await bench.things();
      const interrupt = new AbortController();
      const creating = bench.kind.create(spec(), {
        ...within(CREATE_MS, interrupt.signal),
        onBeforeCreate: () => {
          setTimeout(() => interrupt.abort(new InterruptedError('SIGINT')), ms);
        },
      });
      await expect(creating).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
      expect(await bench.things()).toEqual(before);
    },
    120_000,
  );

  test(
    'a node that is killed meanwhile ends it early, named',
    async () => {
      const before = await bench.things();
      const creating = bench.kind.create(spec(), {
        ...within(CREATE_MS),
        onBeforeCreate: (name) => void bench.killWhenThere(`${name}-worker`),
      });
      await expect(creating).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringMatching(/-worker (stopped|has not joined)|container .*-worker/),
      });
      expect(await bench.things()).toEqual(before);
    },
    CREATE_MS,
  );

  test(
    'an image that cannot boot',
    async () => {
      const before = await bench.things();
      const creating = bench.kind.create({ nodes: 1, image: bench.workload }, within(CREATE_MS));
      await expect(creating).rejects.toMatchObject({ code: 'KIND_FAILED' });
      expect(await bench.things()).toEqual(before);
    },
    CREATE_MS,
  );
});
