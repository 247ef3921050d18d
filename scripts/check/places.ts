import type { Power } from './rooms.ts';

/** Files that are not in a room: what they may import, as gitignore patterns relative to themselves. */
export interface Place {
  readonly files: readonly string[];
  readonly why: string;
  readonly may: readonly string[];
  readonly powers: readonly Power[];
}

const NODE = ['node:*', 'node:*/**'];
const EVERYTHING: readonly Power[] = ['timers', 'console', 'process', 'spawn'];

export const PLACES: readonly Place[] = [
  {
    files: ['harness/main.ts'],
    why: 'main.ts wires concrete classes from every room and holds no logic of its own.',
    may: [...NODE, './**'],
    powers: ['process'],
  },
  {
    files: ['harness/index.ts'],
    why: 'index.ts is the one door for scenarios: definitions and probes, nothing that acts.',
    may: ['./core/**', './scenario/**', './probes/**'],
    powers: [],
  },
  {
    files: ['harness/launch.js'],
    why: 'launch.js runs on old Node versions too, so it loads nothing but main.ts, and that late.',
    may: [...NODE, './main.ts'],
    powers: EVERYTHING,
  },
  {
    files: ['harness/testing/e2e-cluster-*.ts'],
    why: 'the driver of end-to-end tests starts podproof as a user would, in a process of its own.',
    may: [...NODE, './**', '../core/**', '../config/**', '../report/**'],
    powers: EVERYTHING,
  },
  {
    files: ['harness/faults/fake-podproof-process.ts'],
    why: 'it is main.ts with a made-up cluster in the place of the real one.',
    may: [...NODE, '../main.ts', '../compose/**', '../testing/**'],
    powers: EVERYTHING,
  },
  {
    files: ['scenarios/**/*.ts'],
    why: 'a scenario is data and knows harness/index.ts only.',
    may: ['./**', '../../harness/index.ts'],
    powers: [],
  },
  {
    files: ['scenarios/**/*.test.ts'],
    why: 'a test of a scenario uses the same door, the fakes and Jest.',
    may: [...NODE, './**', '../../harness/index.ts', '../../harness/testing/**', '@jest/globals'],
    powers: [],
  },
  {
    files: ['scripts/*.ts'],
    why: 'a script parses its arguments and calls the harness; logic and packages live there.',
    may: [...NODE, './**', '../harness/**'],
    powers: EVERYTHING,
  },
  {
    files: ['scripts/*/*.ts'],
    why: 'a script parses its arguments and calls the harness; logic and packages live there.',
    may: [...NODE, './**', '../*.ts', '../../harness/**'],
    powers: EVERYTHING,
  },
  {
    files: ['scripts/generate/*.ts'],
    why: 'a generator reads the packages that it generates from.',
    may: [...NODE, './**', '../../harness/**', '@kubernetes/client-node', 'prettier'],
    powers: EVERYTHING,
  },
  {
    files: ['scripts/check.ts', 'scripts/check/**/*.ts', 'scripts/ci.ts', 'scripts/ci/*.ts'],
    why: 'a gate must work when the harness does not.',
    may: [...NODE, './**', 'oxlint/plugins-dev'],
    powers: EVERYTHING,
  },
  {
    files: ['scripts/**/*.test.ts'],
    why: 'a test of a script calls the script.',
    may: [...NODE, './**', '../*.ts', '../../harness/**', '@jest/globals'],
    powers: EVERYTHING,
  },
  {
    files: ['jest.config.ts'],
    why: 'the configuration of Jest needs its types and nothing else.',
    may: ['jest'],
    powers: [],
  },
];
