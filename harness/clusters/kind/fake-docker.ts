import type { CommandResult } from '../../core/command.ts';
import { daemonFacts } from '../../docker/daemon-facts.ts';
import type { ContainerCalls, ContainerState, DockerEngine } from '../../docker/engine-port.ts';

/** What the fake engine holds. */
export interface FakeThings {
  readonly containers: Map<string, ContainerState>;
  readonly volumes: Set<string>;
  /** Id by name. */
  readonly networks: Map<string, string>;
  readonly images: Set<string>;
  /** What containerd lists in every node. */
  imagesInNodes: readonly string[];
  lastWords: string;
  /** What journalctl prints in every node. */
  journal: string;
  /** Most tasks by container. */
  readonly taskLimits: Map<string, number>;
  taskLimitsFail: boolean;
  /** Most bytes by container, and what there is. */
  readonly memoryLimits: Map<string, number>;
  memoryBytes: number;
  /** Names that the engine has reserved for containers which it does not list yet. */
  readonly beingCreated: Set<string>;
}

/** What `ctr images ls name==…` of containerd 2.3 prints. */
const CTR_LISTING = `REF TYPE DIGEST SIZE PLATFORMS LABELS
localhost/podproof/workload:v1 application/vnd.oci.image.manifest.v1+json sha256:${'5'.repeat(64)} 9.8 MiB linux/amd64 -
`;

const heldContainer = {
  image: '',
  imageId: '',
  state: 'created',
  running: false,
  paused: false,
  exitCode: 0,
  restarts: 0,
  startedAt: '',
  bindings: [],
  addresses: {},
  volumes: [],
  mounts: [],
};

export function exited(stdout: string, exitCode = 0, stderr = ''): CommandResult {
  return { kind: 'exited', exitCode, stdout, stderr, durationMs: 1 };
}

/** The engine of a world: it lists, inspects and removes what is in it. */
export function fakeDocker(world: FakeThings): DockerEngine {
  const attached = (): readonly string[] => [...world.containers.keys()];
  return {
    endpoint: 'unix:///fake.sock',
    facts: () =>
      Promise.resolve({
        id: 'd',
        version: '26.1.5',
        cgroupVersion: '1',
        kernel: '6.18',
        architecture: 'x86_64',
      }),
    describe: () =>
      Promise.resolve(daemonFacts({ ID: 'd', CgroupVersion: '1', MemTotal: world.memoryBytes })),
    containers: fakeContainers(world),
    images: {
      has: (reference) => Promise.resolve(world.images.has(reference)),
      architecture: () => Promise.resolve('amd64'),
      registryRefusal: () => Promise.resolve('unauthorized: authentication required'),
    },
    networks: {
      list: () => Promise.resolve([...world.networks].map(([name, id]) => ({ id, name }))),
      inspect: (name) => {
        const id = world.networks.get(name);
        return Promise.resolve(
          id === undefined ? undefined : { id, name, createdAt: '', containers: attached(), subnets: [] },
        );
      },
      create: (name) => Promise.resolve(void world.networks.set(name, `n-${name}`)),
      remove: (id) => {
        if (attached().length > 0) return Promise.resolve(false);
        for (const [name, found] of world.networks) if (found === id) world.networks.delete(name);
        return Promise.resolve(true);
      },
    },
    volumes: () => Promise.resolve([...world.volumes]),
    removeVolume: (name) => {
      world.volumes.delete(name);
      return Promise.resolve(true);
    },
    runner: (_container, where) => ({
      where,
      run: (argv) => {
        const [program] = argv;
        const outputs: Readonly<Record<string, string>> = {
          ctr: argv.includes('-q') ? world.imagesInNodes.join('\n') : CTR_LISTING,
          journalctl: world.journal,
        };
        return Promise.resolve(exited(outputs[program] ?? ''));
      },
    }),
    close: () => undefined,
  };
}

function fakeContainers(world: FakeThings): ContainerCalls {
  return {
    list: (labels) =>
      Promise.resolve(
        [...world.containers.values()].filter((found) =>
          Object.entries(labels).every(([key, value]) =>
            value === '' ? key in found.labels : found.labels[key] === value,
          ),
        ),
      ),
    inspect: (id) => Promise.resolve(world.containers.get(id)),
    holdName: ({ name, labels }) => {
      if (world.containers.has(name) || world.beingCreated.has(name)) return Promise.resolve('taken');
      world.containers.set(name, { ...heldContainer, id: name, name, labels });
      return Promise.resolve('held');
    },
    remove: (id) => {
      // Anonymous ones go with their container; one that is called like it has a name.
      for (const volume of world.containers.get(id)?.volumes ?? [])
        if (volume !== id) world.volumes.delete(volume);
      world.containers.delete(id);
      return Promise.resolve();
    },
    limitTasks: (container, most) => {
      world.taskLimits.set(container, most);
      return world.taskLimitsFail ? Promise.reject(new Error('no pids controller')) : Promise.resolve();
    },
    limitMemory: (container, bytes) => {
      world.memoryLimits.set(container, bytes);
      return Promise.resolve();
    },
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    logTail: () => Promise.resolve(world.lastWords),
  };
}
