import { fileURLToPath } from 'node:url';
import type { CommandRunner } from '../../core/command.ts';
import { daemonFacts, type DaemonFacts } from '../../docker/daemon-facts.ts';
import type { ContainerState, DockerEngine } from '../../docker/engine-port.ts';
import type { AnsweringEngine, Patient } from '../patient.ts';
import type { HostFiles } from '../host-files.ts';
import type { ProbeAnswer } from '../probe-script.ts';

const KERNEL = '6.12.30-generic';
/** 2026-11-27T21:05:20Z */
export const NOW = Date.UTC(2026, 10, 27, 21, 5, 20);

/** What differs from a machine on which everything is all right. */
export interface Ailment {
  readonly patient?: Partial<Patient>;
  readonly engine?: Partial<AnsweringEngine>;
  readonly daemon?: Partial<DaemonFacts>;
  /** Images in the engine and their architecture. */
  readonly images?: Readonly<Record<string, string>>;
  /** Images that a registry has. */
  readonly registry?: readonly string[];
  readonly nodes?: readonly ContainerState[];
  readonly network?: { readonly id: string; readonly subnets: readonly string[] };
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly disk?: Partial<Awaited<ReturnType<HostFiles['disk']>>>;
  readonly inotifyUsed?: number;
  readonly unwritable?: readonly string[];
  readonly missing?: readonly string[];
  readonly owner?: { readonly uid: number; readonly mode: number };
  /** Answers by the first words of the command: `go version`. */
  readonly commands?: Readonly<Record<string, ScriptedAnswer>>;
  readonly probe?: Partial<ProbeAnswer & { kind: 'ran' }> | Exclude<ProbeAnswer, { kind: 'ran' }>;
}

interface ScriptedAnswer {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Set for a program that is not there. */
  readonly notStarted?: string;
}

const COMMANDS: Readonly<Record<string, ScriptedAnswer>> = {
  'kind version': { stdout: 'kind v0.33.0 go1.26.8 linux/amd64\n' },
};

const SYSCTLS = {
  '/proc/sys/fs/inotify/max_user_instances': '8192\n',
  '/proc/sys/fs/inotify/max_user_watches': '1048576\n',
};

/** A native Linux with Docker 28 on which nothing is wrong, except for what the ailment says. */
export function patientWith(ailment: Ailment = {}): Patient {
  const { wish, ...over } = ailment.patient ?? {};
  const docker = fakeDocker(ailment);
  return {
    node: { version: 'v24.21.0', arch: 'x64' },
    host: { kernel: KERNEL, cpus: 8, memoryBytes: 16 * 2 ** 30, now: () => NOW },
    machine: { platform: 'linux', arch: 'x64', uid: 0, missingPrograms: [] },
    environment: {},
    wish: wish ?? { provider: 'kind', nodes: 3 },
    folders: {
      cache: '/u/me/.cache/podproof',
      runs: '/u/me/podproof/runs',
      recipes: fileURLToPath(new URL('../../../scripts', import.meta.url)),
      home: '/u/me',
    },
    shell: scriptedShell({ ...COMMANDS, ...ailment.commands }),
    files: fakeFiles(ailment),
    fetch: () => Promise.reject(new Error('no network in this test')),
    connects: () => Promise.resolve(true),
    engine: async () => ({
      kind: 'answers',
      whose: 'user',
      source: 'default socket',
      endpoint: 'unix:///var/run/docker.sock',
      dockerCli: '/usr/bin/docker',
      env: {},
      docker,
      daemon: await docker.describe(undefined as never),
      ...ailment.engine,
    }),
    probe: () =>
      Promise.resolve({
        kind: 'ran',
        image: 'podproof-node',
        lowersOomScore: true,
        restrictsOomScore: true,
        inotify: { instances: 8192, watches: 1_048_576, used: 60 },
        disk: { freeBytes: 50 * 2 ** 30, inodes: 1000, freeInodes: 900 },
        ...ailment.probe,
      } as ProbeAnswer),
    ...over,
  };
}

export function onCgroupV1(provider: Patient['wish']['provider']): Ailment {
  return { daemon: { cgroupVersion: '1' }, patient: { wish: { provider, nodes: 1 } } };
}

function scriptedShell(commands: Readonly<Record<string, ScriptedAnswer>>): CommandRunner {
  return {
    where: 'script',
    run: (argv) => {
      const [, answer] = Object.entries(commands).find(([words]) =>
        `${argv.join(' ')} `.startsWith(`${words} `),
      ) ?? ['', { notStarted: `${argv[0]}: not found` }];
      const { exitCode = 0, stdout = '', stderr = '', notStarted: why } = answer;
      const streams = { stdout, stderr, durationMs: 1 };
      return Promise.resolve(
        why === undefined
          ? { kind: 'exited', exitCode, ...streams }
          : { kind: 'notStarted', why, ...streams },
      );
    },
  };
}

function fakeFiles(ailment: Ailment): HostFiles {
  const texts: Readonly<Record<string, string>> = { ...SYSCTLS, ...ailment.files };
  return {
    text: (path) => Promise.resolve(texts[path]),
    exists: (path) =>
      Promise.resolve(path in texts || !(path.includes('.lock') || ailment.missing?.includes(path) === true)),
    isWritable: (path) => Promise.resolve(ailment.unwritable?.includes(path) !== true),
    whyNotWritable: (path) =>
      Promise.resolve(ailment.unwritable?.includes(path) === true ? 'EROFS' : undefined),
    owner: () => Promise.resolve(ailment.owner ?? { uid: 0, mode: 0o700 }),
    disk: () =>
      Promise.resolve({
        // ext4
        type: 0xef53,
        freeBytes: 50 * 2 ** 30,
        inodes: 1000,
        freeInodes: 900,
        ...ailment.disk,
      }),
    inotifyInstances: () => Promise.resolve(ailment.inotifyUsed ?? 60),
  };
}

const HEALTHY_DAEMON: DaemonFacts = {
  ...daemonFacts({ ID: 'd1', ServerVersion: '28.5.2', OSType: 'linux', Architecture: 'x86_64' }),
  operatingSystem: 'Debian GNU/Linux 13 (trixie)',
  kernel: KERNEL,
  cpus: 8,
  memoryBytes: 16 * 2 ** 30,
  cgroupVersion: '2',
  storageDriver: 'overlay2',
  backingFilesystem: 'extfs',
  dataRoot: '/var/lib/docker',
  clockMs: NOW,
  security: ['apparmor', 'seccomp', 'cgroupns'],
};

function fakeDocker(ailment: Ailment): DockerEngine {
  const { images = {}, registry = [], nodes = [], network } = ailment;
  return {
    endpoint: 'unix:///var/run/docker.sock',
    facts: () => Promise.reject(new Error('the doctor asks describe')),
    describe: () => Promise.resolve({ ...HEALTHY_DAEMON, ...ailment.daemon }),
    containers: {
      list: () => Promise.resolve(nodes),
      inspect: (id) => Promise.resolve(nodes.find((node) => node.id === id)),
      holdName: () => Promise.resolve('held'),
      limitTasks: () => Promise.resolve(),
      limitMemory: () => Promise.resolve(),
      pause: () => Promise.resolve(),
      resume: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      logTail: () => Promise.resolve(''),
    },
    images: {
      has: (image) => Promise.resolve(image in images),
      architecture: (image) => Promise.resolve(images[image]),
      registryRefusal: (image) => Promise.resolve(registry.includes(image) ? undefined : 'no such image'),
    },
    networks: {
      list: () => Promise.resolve([]),
      inspect: (name) => Promise.resolve(network && { name, createdAt: '', containers: [], ...network }),
      create: () => Promise.resolve(),
      remove: () => Promise.resolve(false),
    },
    volumes: () => Promise.resolve([]),
    removeVolume: () => Promise.resolve(true),
    runner: (_container, where) => ({ where, run: () => Promise.reject(new Error('nothing runs here')) }),
    close: () => undefined,
  };
}
