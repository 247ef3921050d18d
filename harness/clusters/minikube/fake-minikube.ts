import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { CommandResult, CommandRunner, RunOptions } from '../../core/command.ts';
import type { ProviderDeps } from '../deps.ts';
import { exited } from '../kind/fake-docker.ts';
import { WORKLOAD, worldDeps, type World } from '../kind/fake-world.ts';
import { CREATED_LABEL, NAME_LABEL, nodeNames } from './labels.ts';

/** What tests change to make minikube misbehave. */
export interface FakeMinikube {
  readonly world: World;
  /** `missing`: the program is not there at all. */
  start: 'works' | 'fails' | 'missing';
  /** Runs in the middle of `minikube start`, when the first node is there. */
  duringStart: (cluster: string, options: RunOptions) => Promise<void> | void;
}

const recorded = (name: string): string =>
  readFileSync(new URL(`fixtures/minikube-1.38.1-${name}`, import.meta.url), 'utf8');

/** Everything that the provider needs, played in memory, with the recorded words of minikube 1.38.1. */
export function minikubeDeps(minikube: FakeMinikube, cacheDir: string): ProviderDeps {
  const { world } = minikube;
  return {
    ...worldDeps(world, cacheDir),
    shell: fakeShell(minikube),
    environment: { PATH: '/usr/bin', MINIKUBE_HOME: '/of/the/user', MINIKUBE_DRIVER: 'kvm2' },
    images: {
      ensureImages: () => Promise.reject(new Error('minikube does not need this')),
      ensureMinikube: () =>
        Promise.resolve({
          node: 'podproof-minikube:v1.37.2-abc',
          workload: WORKLOAD,
          kubernetesVersion: 'v1.37.2',
          cniManifest: '/cache/images/minikube-abc/cni.yaml',
        }),
      ensureK3sLike: () => Promise.reject(new Error('this is not k3s')),
      ensureWorkload: () => Promise.resolve(WORKLOAD),
      ensureRegistry: () => Promise.resolve(),
      registry: 'localhost/podproof/registry:v1',
    },
  };
}

function fakeShell(minikube: FakeMinikube): CommandRunner {
  const { world } = minikube;
  return {
    where: 'laptop',
    async run(argv, options) {
      world.commands.push({ argv, env: options.env });
      const [program, verb = ''] = argv;
      if (program !== 'minikube') return exited('');
      if (minikube.start === 'missing') return notStarted;
      if (verb === 'version') return exited('{"commit":"","minikubeVersion":"v1.38.1"}');
      if (argv.includes('--help')) return exited(recorded('help.txt'));
      if (argv.includes('ip')) return exited('192.168.49.2\n');
      return verb === 'start' ? start(minikube, argv, options) : exited('');
    },
  };
}

const notStarted: CommandResult = {
  kind: 'notStarted',
  why: 'spawn minikube ENOENT',
  stdout: '',
  stderr: '',
  durationMs: 1,
};

async function start(
  minikube: FakeMinikube,
  argv: readonly string[],
  options: RunOptions,
): Promise<CommandResult> {
  const { world } = minikube;
  const cluster = argv[argv.indexOf('--profile') + 1] ?? '';
  const nodes = Number(/^--nodes=(\d+)$/.exec(argv.find((word) => word.startsWith('--nodes=')) ?? '')?.[1]);
  const [first = '', ...others] = nodeNames(cluster, nodes);
  world.networks.set(cluster, `n-${cluster}`);
  addNode(world, first);
  await minikube.duringStart(cluster, options);
  if (options.deadline.signal.aborted)
    return { kind: 'timedOut', afterMs: 1, stdout: '', stderr: '', durationMs: 1 };
  if (minikube.start === 'fails') return exited(recorded('failed.ndjson'), 80);
  for (const node of others) addNode(world, node);
  for (const line of recorded('start-2.ndjson').split('\n')) options.onLine?.(line, 'stdout');
  await writeFile(options.env?.['KUBECONFIG'] ?? '', 'kind: Config', { mode: 0o644 });
  return exited(recorded('start-2.ndjson'));
}

/** A node as minikube makes it: its volume has a name and stays when the container goes. */
export function addNode(world: World, name: string): void {
  world.volumes.add(name);
  world.containers.set(name, {
    id: name,
    name,
    image: 'podproof-minikube:v1.37.2-abc',
    imageId: 'sha256:abc',
    labels: { [CREATED_LABEL]: 'true', [NAME_LABEL]: name },
    state: 'running',
    running: true,
    paused: false,
    exitCode: 0,
    restarts: 0,
    startedAt: '2026-11-28T01:00:00Z',
    bindings: [{ containerPort: '8443/tcp', hostAddress: '127.0.0.1', hostPort: '40000' }],
    addresses: {},
    volumes: [name],
    mounts: world.mounts,
  });
}
