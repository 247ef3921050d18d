import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../core/errors.ts';
import { addNode, WORKLOAD } from './fake-world.ts';
import { openWorldBench, SPEC, within, type WorldBench } from './world-bench.ts';

let bench: WorldBench;

beforeEach(async () => {
  bench = await openWorldBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('creating', () => {
  test('a ready cluster has private files, nodes as the API sees them, and the workload', async () => {
    const cluster = await bench.kind.create(SPEC, within());
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
      imageId: 'sha256:abc',
      workload: `${WORKLOAD}@sha256:${'5'.repeat(64)}`,
      clusterUid: 'uid of kube-system',
      patches: expect.stringContaining(
        'KubeletConfiguration: failCgroupV1 false, cgroupDriver "cgroupfs", podPidsLimit 1024; InitConf',
      ),
    });
  });

  test('kind gets a name, a kubeconfig and an engine of ours, and no variable of the user', async () => {
    const cluster = await bench.kind.create(SPEC, within());
    const create = bench.world.commands.find(({ argv }) => argv[1] === 'create');
    expect(create?.argv).toEqual(
      expect.arrayContaining(['--name', cluster.name, '--kubeconfig', cluster.kubeconfig, '--retain']),
    );
    expect(create?.env).toMatchObject({
      KIND_CLUSTER_NAME: '',
      DOCKER_HOST: 'unix:///fake.sock',
      PATH: '/opt/docker:/usr/bin',
    });
  });

  test('a fork bomb in a pod ends at its node; an engine that cannot do that is told, and no reason to stop', async () => {
    const cluster = await bench.kind.create(SPEC, within());
    expect([...bench.world.taskLimits.keys()]).toEqual(cluster.nodes.map(({ name }) => name));
    const memory = 'memory per node: 8.0 GiB';
    expect(cluster.facts).toMatchObject({ limits: `tasks per node: 8192; ${memory}` });
    bench.world.taskLimitsFail = true;
    const other = await bench.kind.create(SPEC, within());
    expect(other.facts).toMatchObject({
      limits: `tasks per node: not limited, no pids controller; ${memory}`,
    });
  });

  test('a node may use half of the memory, unless that is too little for a node', async () => {
    const { nodes } = await bench.kind.create(SPEC, within());
    expect([...bench.world.memoryLimits]).toEqual(nodes.map(({ name }) => [name, 8 * 1024 ** 3]));
    bench.world.memoryLimits.clear();
    for (const memoryBytes of [3 * 1024 ** 3, Number.NaN]) {
      bench.world.memoryBytes = memoryBytes;
      const { facts } = await bench.kind.create(SPEC, within());
      expect(facts['limits']).toContain('memory per node: not limited, the engine has too little');
    }
    expect([...bench.world.memoryLimits]).toEqual([]);
  });

  test('the name is announced before anything exists', async () => {
    const seen: number[] = [];
    await bench.kind.create(SPEC, {
      ...within(),
      onBeforeCreate: () => seen.push(bench.world.containers.size),
    });
    expect(seen).toEqual([0]);
    expect(bench.world.containers.size).toBe(2);
  });

  test('a failing kind leaves nothing and says why', async () => {
    bench.world.kindExit = 1;
    bench.world.kindStderr = 'ERROR: failed to create cluster: no space left on device';
    const { error, name } = await bench.failingCreate();
    expect(error).toMatchObject({
      code: 'KIND_FAILED',
      exitCode: 4,
      message: expect.stringContaining('no space left on device'),
      hint: expect.stringContaining('docker system df'),
    });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('a kind that was killed says by what and where, not what it had written before', async () => {
    bench.world.kindSignal = 'SIGKILL';
    bench.world.kindStderr = 'Creating cluster "podproof-3f2a91" ...';
    const { error, name } = await bench.failingCreate();
    expect(error).toMatchObject({
      code: 'KIND_FAILED',
      message: expect.stringContaining(':\nkind was preparing nodes when SIGKILL ended it'),
      hint: expect.stringContaining('out of memory'),
    });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('a failure is looked at while everything is still there', async () => {
    bench.world.kindExit = 1;
    const seen: number[] = [];
    const onFailure = (): Promise<void> => Promise.resolve(void seen.push(bench.world.containers.size));
    const { name } = await bench.failingCreate({ ...within(), onFailure });
    expect(seen).toEqual([1]);
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('a node that stopped under kind explains it, although kind itself does not know why', async () => {
    bench.world.kindExit = 1;
    bench.world.kindStderr =
      'ERROR: failed to create cluster: command "docker exec" failed with error: exit status 137';
    bench.world.lastWords = 'Failed to allocate manager object: Too many open files';
    bench.world.duringCreate = () => {
      for (const [name, node] of bench.world.containers)
        bench.world.containers.set(name, { ...node, restarts: 1 });
    };
    const { error, name } = await bench.failingCreate();
    expect(error).toMatchObject({
      message: expect.stringContaining('control-plane stopped. It wrote last:\nFailed to allocate'),
      hint: expect.stringContaining('fs.inotify.max_user_instances'),
    });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('a kubelet that can never start ends kind early, with its words', async () => {
    bench.world.journal =
      'E1123 18:21:00.0 12 run.go:72] "command failed" err="unknown service runtime.v1.RuntimeService"';
    bench.world.duringCreate = async ({ deadline }) => {
      await deadline.race(new Promise(() => undefined)).catch(() => undefined);
    };
    const { error, name } = await bench.failingCreate(within(20_000));
    expect(error).toMatchObject({
      code: 'KIND_FAILED',
      message: expect.stringMatching(/kind was preparing nodes[^]*complains:[^]*unknown service/),
      hint: expect.stringContaining('inotify'),
    });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('an interrupt in the middle of kind leaves nothing, not even a container that comes late', async () => {
    const interrupt = new AbortController();
    const late = Promise.withResolvers<void>();
    bench.world.duringCreate = () => {
      interrupt.abort(new InterruptedError('SIGINT'));
      const [first = ''] = [...bench.world.containers.keys()];
      const cluster = first.replace('-control-plane', '');
      bench.world.beingCreated.add(`${cluster}-worker`);
      setTimeout(() => {
        addNode(bench.world, cluster, 'worker');
        bench.world.beingCreated.delete(`${cluster}-worker`);
        late.resolve();
      }, 400);
    };
    const { error, name } = await bench.failingCreate(within(5000, interrupt.signal));
    expect(error).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    await late.promise;
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('a port that other machines can reach is refused for safety, and the cluster removed', async () => {
    bench.world.bindings = [{ containerPort: '6443/tcp', hostAddress: '', hostPort: '40000' }];
    const { error, name } = await bench.failingCreate();
    expect(error).toMatchObject({
      code: 'NODE_PORT_EXPOSED',
      exitCode: 8,
      message: expect.stringContaining('*:40000'),
    });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('a node with the socket of the engine is refused for safety, and the cluster removed', async () => {
    bench.world.mounts = [
      { type: 'bind', source: '/run/docker.sock', target: '/run/docker.sock', writable: true },
    ];
    const { error, name } = await bench.failingCreate();
    expect(error).toMatchObject({ code: 'HOST_MOUNTED', exitCode: 8 });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('nodes that lack the workload get it through an archive; if it is still missing, nothing runs', async () => {
    bench.world.imagesInNodes = ['registry.k8s.io/pause:3.10.2'];
    const { error } = await bench.failingCreate();
    expect(error).toMatchObject({ code: 'WORKLOAD_NOT_LOADED' });
    const load = bench.world.commands.find(({ argv }) => argv[1] === 'load');
    expect(load?.argv[2]).toBe('image-archive');
  });

  test('an image that is neither in the engine nor in a registry is a usage error before anything exists', async () => {
    const error: unknown = await bench.kind
      .create({ nodes: 1, image: 'nope:1' }, within())
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      exitCode: 2,
      message: expect.stringContaining('authentication required'),
      hint: expect.stringContaining('docker login'),
    });
    expect(bench.world.containers.size).toBe(0);
  });
});
