/** What a room may do besides importing: each power belongs to few rooms, so that a reader knows where to look. */
export type Power =
  /** Real timers. Everyone else waits through `core/poll` and `core/deadline`. */
  | 'timers'
  /** `console`: stdout is data and belongs to the command line. */
  | 'console'
  /** `process.env`, `process.exit` and `node:process`. Everyone else gets values passed in. */
  | 'process'
  /** `node:child_process`. Everyone else uses a `CommandRunner`. */
  | 'spawn';

export interface Room {
  /** Folder below `harness/`. */
  readonly name: string;
  /** One sentence that is printed when the rule is broken. */
  readonly why: string;
  /** Other rooms it may import. */
  readonly rooms: readonly string[];
  /** npm packages it may import. Types count as imports too. */
  readonly vendors: readonly string[];
  readonly powers?: readonly Power[];
}

/**
 * The one table of import directions. `.oxlintrc.json` is generated from it by `npm run check -- --write`; a room or a
 * package that is not listed may not be imported. docs/decisions/0001 tells why.
 */
export const ROOMS: readonly Room[] = [
  {
    name: 'core',
    why: 'core is the ground everyone stands on: words, ports and waiting, without any vendor.',
    rooms: [],
    vendors: [],
    powers: ['timers'],
  },
  {
    name: 'config',
    why: 'config merges defaults, file, environment and flags; nobody else reads the environment.',
    rooms: ['core'],
    vendors: ['zod', 'yaml'],
    powers: ['process'],
  },
  {
    name: 'shell',
    why: 'shell runs commands on this machine and is the only importer of execa.',
    rooms: ['core'],
    vendors: ['execa'],
    powers: ['spawn'],
  },
  {
    name: 'debian',
    why: 'debian fetches and unpacks packages; commands come in through a CommandRunner.',
    rooms: ['core'],
    vendors: [],
  },
  {
    name: 'session',
    why: 'session speaks with programs that run many commands for one exec; who starts them brings the stream.',
    rooms: ['core'],
    vendors: [],
  },
  {
    name: 'docker',
    why: 'docker talks to one container engine and is the only importer of dockerode and testcontainers.',
    rooms: ['core', 'session'],
    vendors: ['dockerode', 'testcontainers', '@testcontainers/k3s'],
  },
  {
    name: 'engine',
    why: "engine finds the user's container engine or starts the embedded one.",
    rooms: ['core', 'shell', 'docker', 'debian'],
    vendors: [],
    powers: ['spawn'],
  },
  {
    name: 'images',
    why: 'images builds the node image and the workload image.',
    rooms: ['core', 'debian'],
    vendors: [],
  },
  {
    name: 'kube',
    why: 'kube talks to the API server and is the only importer of its client libraries.',
    rooms: ['core', 'session'],
    vendors: ['@kubernetes/client-node', 'undici', 'ws', 'yaml'],
  },
  {
    name: 'clusters',
    why: 'clusters creates clusters; it reaches the API server through the port in core only.',
    rooms: ['core', 'shell', 'docker'],
    vendors: [],
  },
  {
    name: 'probes',
    why: 'probes ask questions through the ports in core; their parsers are pure.',
    rooms: ['core'],
    vendors: [],
  },
  {
    name: 'scenario',
    why: 'scenario plans and runs scenarios; it must not know which cluster or engine it runs on.',
    rooms: ['core', 'config', 'probes'],
    vendors: ['zod', 'yaml'],
  },
  {
    name: 'observe',
    why: 'observe looks at manifests of strangers through the ports in core; of scenario it takes only how mistakes in files are told.',
    rooms: ['core', 'probes', 'report', 'scenario'],
    vendors: ['yaml'],
  },
  {
    name: 'lifetime',
    why: 'lifetime undoes what a run did and looks for what is left.',
    rooms: ['core', 'docker'],
    vendors: [],
    // The watchdog outlives the process that starts it.
    powers: ['spawn'],
  },
  {
    name: 'doctor',
    why: 'doctor looks at this machine and says how to fix it, with the eyes of those who meet the trouble.',
    rooms: ['core', 'docker', 'engine', 'clusters', 'images', 'kube'],
    vendors: [],
  },
  {
    name: 'diagnostics',
    why: 'diagnostics collects texts into one file and reads it again; who is asked for them comes in from outside.',
    rooms: ['core'],
    vendors: [],
  },
  {
    name: 'report',
    why: 'report turns events into text and calls nobody, so that a stored run can be reported again.',
    rooms: ['core'],
    vendors: ['jest-diff'],
    powers: ['console'],
  },
  {
    name: 'matrix',
    why: 'matrix compares results of runs; a run it knows only by its command line, its exit code and its result file.',
    rooms: ['core', 'report'],
    vendors: [],
    // Each cell is a run in a process of its own.
    powers: ['spawn'],
  },
  {
    name: 'demo',
    why: 'demo tells a story from events and starts nothing by itself.',
    rooms: ['core', 'report'],
    vendors: [],
  },
  {
    name: 'jest',
    why: 'jest judges the record and is the only importer of @jest/globals outside tests.',
    rooms: ['core', 'scenario', 'report'],
    vendors: ['@jest/globals'],
    // The parent tells the child through the environment where the record is.
    powers: ['process'],
  },
  {
    name: 'testing',
    why: 'testing holds fakes of ports and servers, for tests only.',
    rooms: ['core'],
    vendors: ['ws'],
    powers: ['timers'],
  },
  {
    name: 'faults',
    why: 'faults starts podproof as a user would, plants what goes wrong, and looks at what it says; nobody imports it.',
    rooms: ['core', 'report', 'scenario', 'lifetime', 'docker', 'testing'],
    vendors: [],
    powers: ['spawn', 'process'],
  },
  {
    name: 'cli',
    why: 'cli parses arguments and prints; concrete classes are wired in main.ts.',
    rooms: ['core', 'config', 'report', 'scenario', 'lifetime'],
    vendors: ['commander'],
    powers: ['console', 'process'],
  },
  {
    name: 'compose',
    why: 'compose connects rooms for one command and holds no knowledge of its own.',
    rooms: [
      'core',
      'config',
      'shell',
      'debian',
      'docker',
      'engine',
      'images',
      'kube',
      'clusters',
      'probes',
      'scenario',
      'observe',
      'lifetime',
      'doctor',
      'diagnostics',
      'report',
      'matrix',
      'demo',
      'jest',
      'cli',
    ],
    vendors: [],
    powers: ['process'],
  },
];

/** Tests start what they kill, and wait on fakes. */
export const TEST_POWERS: readonly Power[] = ['spawn', 'timers'];

/** What every `*.test.ts` may import on top of its room's list. */
export const TEST_EXTRAS = { paths: ['testing/**', 'shell/local.ts'], vendors: ['@jest/globals'] } as const;
