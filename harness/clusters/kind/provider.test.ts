import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InterruptedError } from '../../core/errors.ts';
import { silentProgress } from '../../core/progress.ts';
import { stateFolder } from '../cluster-record.ts';
import type { KeepingProvider } from '../deps.ts';
import { addNode, newWorld, readyNode, worldDeps, WORKLOAD, type World } from './fake-world.ts';
import { kindProvider } from './provider.ts';

let cacheDir: string;
let world: World;
let kind: KeepingProvider;

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'podproof-kind-'));
  world = newWorld();
  kind = kindProvider(worldDeps(world, cacheDir));
});

afterEach(() => rm(cacheDir, { recursive: true, force: true }));

const spec = { nodes: 2 };

function within(ms = 5000, parent?: AbortSignal): ProviderOptions {
  return { deadline: Deadline.in(ms, 'the cluster', parent), progress: silentProgress };
}

/** Nothing of a cluster is left: no container, volume, network or file of ours, and nothing else is gone. */
async function expectNothingLeft(name: string): Promise<void> {
  expect([...world.containers.keys()]).toEqual([]);
  expect([...world.volumes]).toEqual(['of somebody else']);
  expect([...world.networks.keys()]).toEqual(['bridge']);
  await expect(access(stateFolder(cacheDir, name).path)).rejects.toMatchObject({ code: 'ENOENT' });
}

/** Runs a create that must fail, and gives its error and the name that was announced. */
async function failingCreate(options = within()): Promise<{ error: unknown; name: string }> {
  let name = '';
  const error: unknown = await kind
    .create(spec, { ...options, onBeforeCreate: (announced) => (name = announced) })
    .then(
      () => 'created',
      (reason: unknown) => reason,
    );
  return { error, name };
}

describe('creating', () => {
  test('a ready cluster has private files, nodes as the API sees them, and the workload', async () => {
    const cluster = await kind.create(spec, within());
    expect(cluster.name).toMatch(/^podproof-[0-9a-f]{6}$/);
    expect((await stat(cluster.kubeconfig)).mode & 0o777).toBe(0o600);
    expect((await stat(join(cluster.kubeconfig, '..'))).mode & 0o777).toBe(0o700);
    expect(cluster.nodes).toMatchObject([
      { role: 'control-plane', schedulable: false, address: '172.18.0.2' },
      { role: 'worker', schedulable: true },
    ]);
    expect(cluster).toMatchObject({ workloadImage: WORKLOAD, reused: false });
    expect(cluster.facts).toMatchObject({
      kubernetes: 'v1.37.2',
      containerd: '2.3.7',
      kind: '0.33.0',
      cgroup: 'v1',
    });
  });

  test('kind gets a name, a kubeconfig and an engine of ours, and no variable of the user', async () => {
    const cluster = await kind.create(spec, within());
    const create = world.commands.find(({ argv }) => argv[1] === 'create');
    expect(create?.argv).toEqual(
      expect.arrayContaining(['--name', cluster.name, '--kubeconfig', cluster.kubeconfig, '--retain']),
    );
    expect(create?.env).toMatchObject({
      KIND_CLUSTER_NAME: '',
      DOCKER_HOST: 'unix:///fake.sock',
      PATH: '/opt/docker:/usr/bin',
    });
  });

  test('the name is announced before anything exists', async () => {
    const seen: number[] = [];
    await kind.create(spec, { ...within(), onBeforeCreate: () => seen.push(world.containers.size) });
    expect(seen).toEqual([0]);
    expect(world.containers.size).toBe(2);
  });

  test('a failing kind leaves nothing and says why', async () => {
    world.kindExit = 1;
    world.kindStderr = 'ERROR: failed to create cluster: no space left on device';
    const { error, name } = await failingCreate();
    expect(error).toMatchObject({
      code: 'KIND_FAILED',
      exitCode: 4,
      message: expect.stringContaining('no space left on device'),
      hint: expect.stringContaining('docker system df'),
    });
    await expectNothingLeft(name);
  });

  test('a node that stopped under kind explains it, although kind itself does not know why', async () => {
    world.kindExit = 1;
    world.kindStderr =
      'ERROR: failed to create cluster: command "docker exec" failed with error: exit status 137';
    world.lastWords = 'Failed to allocate manager object: Too many open files';
    world.duringCreate = () => {
      for (const [name, node] of world.containers) world.containers.set(name, { ...node, restarts: 1 });
    };
    const { error, name } = await failingCreate();
    expect(error).toMatchObject({
      message: expect.stringContaining('control-plane stopped. It wrote last:\nFailed to allocate'),
      hint: expect.stringContaining('fs.inotify.max_user_instances'),
    });
    await expectNothingLeft(name);
  });

  test('an interrupt in the middle of kind leaves nothing, not even a container that comes late', async () => {
    const interrupt = new AbortController();
    world.duringCreate = () => {
      interrupt.abort(new InterruptedError('SIGINT'));
      const [first = ''] = [...world.containers.keys()];
      setTimeout(() => addNode(world, first.replace('-control-plane', ''), 'worker'), 20).unref();
    };
    const { error, name } = await failingCreate(within(5000, interrupt.signal));
    expect(error).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    await expectNothingLeft(name);
  });

  test('a port that other machines can reach is refused for safety, and the cluster removed', async () => {
    world.bindings = [{ containerPort: '6443/tcp', hostAddress: '', hostPort: '40000' }];
    const { error, name } = await failingCreate();
    expect(error).toMatchObject({
      code: 'NODE_PORT_EXPOSED',
      exitCode: 8,
      message: expect.stringContaining('*:40000'),
    });
    await expectNothingLeft(name);
  });

  test('a node that is Ready but still tainted is waited for, and named when time runs out', async () => {
    const starting = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
    world.nodes = (names) => names.map((name) => readyNode(name, name.endsWith('worker') ? [starting] : []));
    const { error } = await failingCreate(within(600));
    expect(error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('1/2 nodes Ready') });
    expect(error).toMatchObject({ message: expect.stringContaining('worker: Ready, but still tainted') });
  });

  test('DNS without all replicas and a missing ServiceAccount are waited for', async () => {
    world.dns = undefined;
    world.account = undefined;
    const { error } = await failingCreate(within(500));
    expect(error).toMatchObject({
      message: expect.stringMatching(/CoreDNS 0\/0; the default ServiceAccount is missing/),
    });
  });

  test('a node container that stopped ends the wait at once with its last words', async () => {
    world.nodes = (names) => {
      const worker = world.containers.get(names.find((name) => name.endsWith('worker')) ?? '');
      if (worker)
        world.containers.set(worker.name, { ...worker, state: 'exited', running: false, exitCode: 255 });
      return [];
    };
    const { error, name } = await failingCreate(within(20_000));
    expect(error).toMatchObject({ code: 'NODE_STOPPED', message: expect.stringContaining('last words') });
    await expectNothingLeft(name);
  });

  test('DNS whose image nobody has ends the wait at once', async () => {
    world.dns = undefined;
    const waiting = { reason: 'ErrImageNeverPull', message: 'coredns is not present' };
    world.dnsPods = [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'coredns-1' },
        status: {
          containerStatuses: [{ name: 'coredns', ready: false, restartCount: 0, state: { waiting } }],
        },
      },
    ];
    const { error } = await failingCreate(within(20_000));
    expect(error).toMatchObject({
      code: 'DNS_CANNOT_START',
      message: expect.stringContaining('is not present'),
    });
  });

  test('nodes that lack the workload get it through an archive; if it is still missing, nothing runs', async () => {
    world.imagesInNodes = ['registry.k8s.io/pause:3.10.2'];
    const { error } = await failingCreate();
    expect(error).toMatchObject({ code: 'WORKLOAD_NOT_LOADED' });
    const load = world.commands.find(({ argv }) => argv[1] === 'load');
    expect(load?.argv[2]).toBe('image-archive');
  });

  test('an image that is neither in the engine nor in a registry is a usage error before anything exists', async () => {
    const error: unknown = await kind
      .create({ nodes: 1, image: 'nope:1' }, within())
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'IMAGE_NOT_FOUND', exitCode: 2 });
    expect(world.containers.size).toBe(0);
  });
});

describe('destroying', () => {
  test('takes nodes, volumes, files and the network that we made', async () => {
    const { name } = await kind.create(spec, within());
    await kind.destroy(name, within().deadline);
    await expectNothingLeft(name);
  });

  test('leaves a network that was there before', async () => {
    world.networks.set('kind', 'of the user');
    const { name } = await kind.create(spec, within());
    await kind.destroy(name, within().deadline);
    expect(world.networks.has('kind')).toBe(true);
  });

  test('with two clusters the last one takes the network', async () => {
    const first = await kind.create(spec, within());
    const nodesOfBoth = world.nodes;
    world.nodes = (names) => nodesOfBoth(names.filter((name) => !name.startsWith(first.name)));
    const second = await kind.create(spec, within());
    await kind.destroy(first.name, within().deadline);
    expect(world.networks.has('kind')).toBe(true);
    await kind.destroy(second.name, within().deadline);
    await expectNothingLeft(second.name);
  });

  test('is fine when there is nothing', async () => {
    await kind.destroy('podproof-ffffff', within().deadline);
    expect([...world.volumes]).toEqual(['of somebody else']);
  });

  test('never touches a name that is not of podproof', async () => {
    await expect(kind.destroy('../../home', within().deadline)).rejects.toThrow(/Not a cluster name/);
  });
});

describe('kept clusters', () => {
  const keep = async (): Promise<string> => {
    const { name } = await kind.create(spec, within());
    await kind.keep(name);
    return name;
  };
  const editRecord = async (name: string, from: string | RegExp, to: string): Promise<void> => {
    const file = stateFolder(cacheDir, name).file('record.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
  };

  test('are taken over when everything fits', async () => {
    const name = await keep();
    const found = await kind.findKept(spec, within());
    expect(found).toMatchObject({ name, reused: true, workloadImage: WORKLOAD });
    expect(found?.facts['kind']).toBe('0.33.0');
  });

  test('one that was not kept is not taken over', async () => {
    await kind.create(spec, within());
    expect(await kind.findKept(spec, within())).toBeUndefined();
  });

  test.each([
    ['another number of nodes', { nodes: 3 }, () => undefined],
    ['a stopped node', spec, () => world.containers.delete([...world.containers.keys()][0] ?? '')],
    ['a node without the workload', spec, () => (world.imagesInNodes = [])],
  ])('%s: left alone', async (_why, wanted, change) => {
    const name = await keep();
    change();
    expect(await kind.findKept(wanted, within())).toBeUndefined();
    expect(await kind.list()).toMatchObject([{ name, kept: true }]);
  });

  test.each([
    ['of another engine', /unix:\/\/\/fake\.sock/, 'unix:///other.sock'],
    ['from before the last boot', /"bootId": "[^"]+"/, '"bootId": "00000000"'],
    [
      'that another live process uses',
      /"owner": \{[^}]*\}/s,
      '"owner": {"pid":1,"startedAt":"","bootId":""}',
    ],
  ])('one %s is left alone', async (_why, from, to) => {
    const name = await keep();
    await editRecord(name, from, to);
    // An empty boot id never equals ours, so give process 1 the real one.
    const own = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    await editRecord(name, '"bootId":""', `"bootId":"${own.trim()}"`);
    expect(await kind.findKept(spec, within())).toBeUndefined();
  });
});

describe('listing', () => {
  test('tells whose each cluster is', async () => {
    const { name } = await kind.create(spec, within());
    expect(await kind.list()).toMatchObject([{ name, owner: 'this process', kept: false, reachable: true }]);
    await writeFile(stateFolder(cacheDir, name).file('record.json'), '{"schema":1,');
    expect(await kind.list()).toMatchObject([{ name, owner: 'unreadable' }]);
  });
});

describe('collecting logs', () => {
  test('writes a folder per node, with names of our own choice', async () => {
    const { name } = await kind.create(spec, within());
    const folder = join(cacheDir, 'logs');
    await kind.collectLogs(name, folder, within().deadline);
    const text = await readFile(join(folder, `${name}-worker`, 'container.log'), 'utf8');
    expect(text).toContain('last words');
  });
});
