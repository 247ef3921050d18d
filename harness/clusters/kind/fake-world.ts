import { writeFile } from 'node:fs/promises';
import { systemClock } from '../../core/clock.ts';
import type { CommandRunner, RunOptions } from '../../core/command.ts';
import type { KubeClient, KubeObject } from '../../core/kube.ts';
import type { Labels, Mount, PortBinding } from '../../docker/engine-port.ts';
import { HELPER_LABEL } from '../../docker/helper-container.ts';
import type { ProviderDeps } from '../deps.ts';
import { exited, fakeDocker, type FakeThings } from './fake-docker.ts';
import { CLUSTER_LABEL, KIND_NETWORK, ROLE_LABEL } from './labels.ts';

export const WORKLOAD = 'localhost/podproof/workload:v1';

const SYSTEM_NAMESPACE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'kube-system', uid: 'uid of kube-system' },
};

/** What tests change to make the world misbehave. */
export interface World extends FakeThings {
  readonly commands: { readonly argv: readonly string[]; readonly env: RunOptions['env'] }[];
  kindExit: number;
  /** What ends kind in the middle of its work. */
  kindSignal: string | undefined;
  kindStderr: string;
  /** Runs in the middle of `kind create`, when the first node is there. */
  duringCreate: (options: RunOptions) => Promise<void> | void;
  bindings: readonly PortBinding[];
  mounts: readonly Mount[];
  /** What the API answers; by default everything is ready. */
  nodes: (names: readonly string[]) => readonly KubeObject[];
  dns: KubeObject | undefined;
  dnsPods: readonly KubeObject[];
  account: KubeObject | undefined;
}

export function newWorld(): World {
  return {
    containers: new Map(),
    volumes: new Set(['of somebody else']),
    networks: new Map([['bridge', 'n0']]),
    commands: [],
    images: new Set([WORKLOAD]),
    beingCreated: new Set(),
    taskLimits: new Map(),
    taskLimitsFail: false,
    memoryLimits: new Map(),
    memoryBytes: 16 * 1024 ** 3,
    kindExit: 0,
    kindSignal: undefined,
    kindStderr: '',
    journal: '',
    lastWords: 'systemd: reached target nothing\nlast words',
    duringCreate: () => undefined,
    bindings: [{ containerPort: '6443/tcp', hostAddress: '127.0.0.1', hostPort: '40000' }],
    mounts: [{ type: 'bind', source: '/lib/modules', target: '/lib/modules', writable: false }],
    imagesInNodes: [WORKLOAD],
    nodes: (names) => names.map((name) => readyNode(name)),
    dns: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'coredns' },
      spec: { replicas: 2 },
      status: { availableReplicas: 1, conditions: [{ type: 'Available', status: 'True' }] },
    },
    dnsPods: [],
    account: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
  };
}

export function readyNode(name: string, taints: readonly { key: string; effect: string }[] = []): KubeObject {
  const isControlPlane = name.endsWith('control-plane');
  const key = 'node-role.kubernetes.io/control-plane';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: isControlPlane ? { [key]: '' } : {} },
    spec: { taints: [...(isControlPlane ? [{ key, effect: 'NoSchedule' }] : []), ...taints] },
    status: {
      addresses: [{ type: 'InternalIP', address: '172.18.0.2' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1.37.2', containerRuntimeVersion: 'containerd://2.3.7' },
    },
  };
}

/** Everything a provider needs, played in memory. */
export function worldDeps(world: World, cacheDir: string): ProviderDeps {
  return {
    docker: fakeDocker(world),
    engine: { endpoint: 'unix:///fake.sock', dockerCli: '/opt/docker/docker', env: {} },
    shell: fakeShell(world),
    cacheDir,
    environment: { PATH: '/usr/bin', KIND_CLUSTER_NAME: 'of-the-user' },
    images: {
      ensureImages: () => Promise.resolve({ node: 'podproof-node:v1.37.2-abc', workload: WORKLOAD }),
      ensureMinikube: () => Promise.reject(new Error('kind does not need this')),
      ensureWorkload: () => Promise.resolve(WORKLOAD),
      ensureK3sLike: () => Promise.reject(new Error('this is not k3s')),
      ensureRegistry: () => Promise.resolve(),
      registry: 'localhost/podproof/registry:v1',
    },
    connectKube: () => Promise.resolve(fakeKube(world)),
    // Long pauses are a fiftieth here.
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) },
  };
}

function fakeShell(world: World): CommandRunner {
  return {
    where: 'laptop',
    async run(argv, options) {
      world.commands.push({ argv, env: options.env });
      if (argv[1] === 'version') return exited('kind v0.33.0 go1.26.8 linux/amd64\n');
      if (argv[1] === 'image' || argv[1] === 'load') return exited('');
      const after = (flag: string): string => argv[argv.indexOf(flag) + 1] ?? '';
      const name = after('--name');
      options.onLine?.(' • Preparing nodes 📦   ...', 'stderr');
      world.networks.set(KIND_NETWORK, 'n-kind');
      addNode(world, name, 'control-plane');
      await world.duringCreate(options);
      if (options.deadline.signal.aborted) {
        return { kind: 'timedOut', afterMs: 1, stdout: '', stderr: '', durationMs: 1 };
      }
      if (world.kindSignal !== undefined) {
        return {
          kind: 'signalled',
          signal: world.kindSignal,
          stdout: '',
          stderr: world.kindStderr,
          durationMs: 1,
        };
      }
      if (world.kindExit !== 0) return exited('', world.kindExit, world.kindStderr);
      addNode(world, name, 'worker');
      await writeFile(after('--kubeconfig'), 'kind: Config', { mode: 0o644 });
      return exited('');
    },
  };
}

export function addNode(world: World, cluster: string, role: 'control-plane' | 'worker'): void {
  const bindings = role === 'control-plane' ? world.bindings : [];
  addContainer(world, `${cluster}-${role}`, { [CLUSTER_LABEL]: cluster, [ROLE_LABEL]: role }, bindings);
}

/** A container beside the nodes, such as the outsider. */
export function addHelper(world: World, cluster: string, helper: string): void {
  addContainer(world, `${cluster}-${helper}`, { [HELPER_LABEL]: cluster }, []);
}

function addContainer(world: World, name: string, labels: Labels, bindings: readonly PortBinding[]): void {
  world.volumes.add(`var of ${name}`);
  world.containers.set(name, {
    id: name,
    name,
    image: 'podproof-node:v1.37.2-abc',
    imageId: 'sha256:abc',
    labels,
    state: 'running',
    running: true,
    paused: false,
    exitCode: 0,
    restarts: 0,
    startedAt: '2026-11-23T17:00:00Z',
    bindings,
    addresses: { [KIND_NETWORK]: '172.18.0.2' },
    volumes: [`var of ${name}`],
    mounts: world.mounts,
  });
}

function fakeKube(world: World): KubeClient {
  const unused = (): never => {
    throw new Error('a provider does not need this call');
  };
  return {
    server: 'https://127.0.0.1:40000',
    list: (kind) => {
      if (kind === 'Node') return Promise.resolve(world.nodes([...world.containers.keys()]));
      return Promise.resolve(kind === 'Pod' ? world.dnsPods : []);
    },
    get: (kind) => {
      if (kind === 'Namespace') return Promise.resolve(SYSTEM_NAMESPACE);
      return Promise.resolve(kind === 'Deployment' ? world.dns : world.account);
    },
    close: () => Promise.resolve(),
    create: unused,
    patch: unused,
    delete: unused,
    events: unused,
    watchPods: unused,
    podRunner: unused,
    serverVersion: unused,
  };
}
