import { access, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InterruptedError } from '../../core/errors.ts';
import { silentProgress } from '../../core/progress.ts';
import { stateFolder } from '../cluster-record.ts';
import type { KeepingProvider } from '../deps.ts';
import { newWorld, WORKLOAD } from '../kind/fake-world.ts';
import { addNode, minikubeDeps, type FakeMinikube } from './fake-minikube.ts';
import { minikubeProvider } from './provider.ts';

const SPEC = { nodes: 2 };
let cacheDir: string;
let fake: FakeMinikube;
let minikube: KeepingProvider;

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'podproof-minikube-test-'));
  fake = { world: newWorld(), start: 'works', duringStart: () => undefined };
  minikube = minikubeProvider(minikubeDeps(fake, cacheDir));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function within(ms = 5000, parent?: AbortSignal): ProviderOptions {
  return { deadline: Deadline.in(ms, 'the cluster', parent), progress: silentProgress };
}

async function failingCreate(options = within()): Promise<{ error: unknown; name: string }> {
  const announced: string[] = [];
  const error: unknown = await minikube
    .create(SPEC, { ...options, onBeforeCreate: (name) => announced.push(name) })
    .then(
      () => 'nothing failed',
      (reason: unknown) => reason,
    );
  return { error, name: announced.join() };
}

/** What is there of our clusters, and `missing` for what is somebody else's. */
async function leftovers(): Promise<readonly string[]> {
  const { volumes, networks, containers } = fake.world;
  return [
    ...containers.keys(),
    ...[...volumes].filter((volume) => volume !== 'of somebody else'),
    ...[...networks.keys()].filter((network) => network !== 'bridge'),
    ...(volumes.has('of somebody else') && networks.has('bridge') ? [] : ['missing']),
    ...(await readdir(join(cacheDir, 'clusters')).catch(() => [])),
  ];
}

const startOf = (): FakeMinikube['world']['commands'][number] | undefined =>
  fake.world.commands.find(({ argv }) => argv[1] === 'start' && argv.includes('--profile'));

describe('creating', () => {
  test('nodes are the containers that minikube labelled, under their names', async () => {
    addNode(fake.world, 'podproof-stranger');
    fake.world.nodes = (names) => newWorld().nodes(names.filter((name) => name !== 'podproof-stranger'));
    const cluster = await minikube.create(SPEC, within());
    expect(cluster.nodes.map(({ name }) => name)).toEqual([cluster.name, `${cluster.name}-m02`]);
    expect(cluster).toMatchObject({ provider: 'minikube', workloadImage: WORKLOAD, reused: false });
    expect(cluster.facts).toMatchObject({
      minikube: '1.38.1',
      image: 'podproof-minikube:v1.37.2-abc (our own, no registry answers)',
      limits: expect.stringContaining('8192'),
    });
    expect((await stat(cluster.kubeconfig)).mode & 0o777).toBe(0o600);
  });

  test('minikube gets a home, a kubeconfig and an engine of ours, and no variable of the user', async () => {
    const { name, kubeconfig } = await minikube.create(SPEC, within());
    expect(startOf()?.env).toMatchObject({
      MINIKUBE_HOME: join(cacheDir, 'clusters', name, 'home'),
      MINIKUBE_DRIVER: '',
      MINIKUBE_WANTUPDATENOTIFICATION: 'false',
      KUBECONFIG: kubeconfig,
      DOCKER_HOST: 'unix:///fake.sock',
      PATH: '/opt/docker:/usr/bin',
    });
    const elsewhere = fake.world.commands.filter(({ argv }) => argv[0] === 'minikube');
    expect(elsewhere.map(({ env }) => env?.['MINIKUBE_HOME'])).not.toContain('/of/the/user');
  });

  test('a base image of ours needs nothing from the network, and minikube’s own no flag', async () => {
    await minikube.create(SPEC, within());
    expect(startOf()?.argv).toEqual(
      expect.arrayContaining([
        ...['--base-image=podproof-minikube:v1.37.2-abc', '--kubernetes-version=v1.37.2', '--preload=false'],
        ...['--cni=/cache/images/minikube-abc/cni.yaml', '--listen-address=127.0.0.1', '--nodes=2'],
        '--extra-config=kubelet.pod-max-pids=1024',
      ]),
    );
    fake.world.commands.length = 0;
    fake.world.images.add(
      'gcr.io/k8s-minikube/kicbase-builds:v0.0.50-1787134061-23516@sha256:ad915173564dafc80f319101ab6082c6779bda10dec9b8460494c9a2917ddab9',
    );
    const stock = await minikube.create(SPEC, within());
    expect(stock.facts['image']).toMatch(/^gcr\.io\/.* \(minikube's own\)$/);
    expect(startOf()?.argv.join(' ')).not.toMatch(/--base-image|--kubernetes-version|--cni|--preload/);
  });

  test('a missing minikube is told before anything is made', async () => {
    fake.start = 'missing';
    const { error, name } = await failingCreate();
    expect(error).toMatchObject({
      code: 'MINIKUBE_MISSING',
      exitCode: 3,
      message: 'The provider minikube needs minikube: there is none on PATH.',
      hint: expect.stringContaining('https://minikube.sigs.k8s.io/docs/start/'),
    });
    expect([name, ...(await leftovers())]).toEqual(['']);
  });

  test('a failing minikube leaves nothing and says why, with its own id', async () => {
    fake.start = 'fails';
    const { error } = await failingCreate();
    expect(error).toMatchObject({
      code: 'MINIKUBE_FAILED',
      exitCode: 4,
      message: expect.stringContaining('GUEST_PROVISION: error provisioning guest'),
    });
    expect(await leftovers()).toEqual([]);
  });

  test('Ctrl-C while minikube is at work leaves nothing', async () => {
    const stop = new AbortController();
    fake.duringStart = () => stop.abort(new InterruptedError('SIGINT'));
    const { error } = await failingCreate(within(5000, stop.signal));
    expect(error).toMatchObject({ code: 'INTERRUPTED' });
    expect(await leftovers()).toEqual([]);
  });
});

describe('removing', () => {
  test('takes nodes, volumes, network and home, also when minikube is gone', async () => {
    const { name } = await minikube.create(SPEC, within());
    fake.start = 'missing';
    await minikube.destroy(name, within().deadline);
    expect(await leftovers()).toEqual([]);
  });

  test('a volume of another cluster whose name begins alike stays', async () => {
    const { name } = await minikube.create(SPEC, within());
    const others = [`${name}-more`, `${name}0`, `${name}-m1`];
    for (const other of others) fake.world.volumes.add(other);
    await minikube.destroy(name, within().deadline);
    expect([...fake.world.volumes]).toEqual(['of somebody else', ...others]);
  });

  test('waits for a node that a killed run was making', async () => {
    const { name } = await minikube.create(SPEC, within());
    const folder = stateFolder(cacheDir, name);
    const record = await folder.read();
    if (record === undefined) throw new Error('there is no record');
    await folder.write({ ...record, phase: 'creating' });
    fake.world.containers.delete(`${name}-m02`);
    fake.world.beingCreated.add(`${name}-m02`);
    const late = Promise.withResolvers<void>();
    setTimeout(() => {
      addNode(fake.world, `${name}-m02`);
      fake.world.beingCreated.delete(`${name}-m02`);
      late.resolve();
    }, 200);
    await minikube.destroy(name, within().deadline);
    await late.promise;
    expect(await leftovers()).toEqual([]);
  });
});

test('a kept cluster is taken over, and names its node to this machine', async () => {
  const { name } = await minikube.create(SPEC, within());
  await minikube.keep(name);
  const cluster = await minikube.findKept(SPEC, within());
  expect(cluster).toMatchObject({ name, reused: true });
  expect(await minikube.findKept({ nodes: 3 }, within())).toBeUndefined();
  const { laptop } = cluster ?? {};
  const told = await laptop?.runner.run(laptop.nodeAddress, { deadline: within().deadline });
  expect(told?.stdout).toBe('192.168.49.2\n');
  expect(fake.world.commands.at(-1)).toMatchObject({
    argv: ['minikube', '--profile', name, 'ip'],
    env: { MINIKUBE_HOME: join(cacheDir, 'clusters', name, 'home') },
  });
  await access(join(cacheDir, 'clusters', name));
});

test('what is not fine comes with the log of minikube and its own view of the nodes', async () => {
  const { name } = await minikube.create(SPEC, within());
  const kept: string[] = [];
  await minikube.diagnose(name, (file) => kept.push(file), within().deadline);
  expect(kept).toEqual(
    expect.arrayContaining(['minikube/start.log', 'minikube/status.txt', `nodes/${name}-m02/kubelet.log`]),
  );
});
