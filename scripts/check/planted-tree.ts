import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { oxlintConfig } from './oxlint-config.ts';
import { runTool, type Gate, type GateResult } from './gate.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const SETTINGS = [
  'tsconfig.json',
  'knip.json',
  'package.json',
  'jest.config.ts',
  '.prettierrc.json',
  '.prettierignore',
];

/** A small project on disk with the real settings, to see whether a gate finds what was put into it. */
export interface PlantedTree extends Disposable {
  readonly root: string;
  readonly paths: readonly string[];
}

export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'podproof-plant-'));
  for (const name of SETTINGS) cpSync(join(PROJECT, name), join(root, name));
  linkPackages(join(root, 'node_modules'));
  // Outside `scripts/`, so that the gates themselves are not part of the planted project.
  symlinkSync(join(PROJECT, 'scripts', 'check'), join(root, 'gates'));
  writeFileSync(join(root, '.oxlintrc.json'), oxlintConfig().replace('./scripts/check/', './gates/'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return {
    root,
    paths: [...Object.keys(files), 'jest.config.ts'],
    [Symbol.dispose]: () => {
      rmSync(root, { recursive: true });
    },
  };
}

/** Each package by itself, so that caches in `node_modules/.cache` stay apart. */
function linkPackages(folder: string): void {
  mkdirSync(folder);
  const packages = join(PROJECT, 'node_modules');
  for (const name of readdirSync(packages).filter((entry) => entry !== '.cache'))
    symlinkSync(join(packages, name), join(folder, name));
}

/** The files of ours that jest.config.ts names: Jest refuses to start without them. */
export function filesNamedByJest(): Record<string, string> {
  const config = readFileSync(join(PROJECT, 'jest.config.ts'), 'utf8');
  const named = config.matchAll(/'<rootDir>\/([\w./-]+\.ts)'/g);
  return Object.fromEntries([...named].map(([, path]) => [path ?? '', 'export {};\n']));
}

/** Runs one gate over a planted project. */
export async function runGate(
  gates: readonly Gate[],
  name: string,
  files: Readonly<Record<string, string>>,
  paths?: readonly string[],
): Promise<GateResult> {
  const gate = gates.find((candidate) => candidate.name === name);
  if (!gate) throw new Error(`no gate is called ${name}`);
  using tree = plantTree(files);
  return await gate.run(tree.root, paths ?? tree.paths);
}

/** Every finding of oxlint as `path:line rule`, sorted. */
export async function lintFindings(files: Readonly<Record<string, string>>): Promise<string[]> {
  using tree = plantTree(files);
  const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? path))];
  const { stdout } = await runTool(tree.root, ['oxlint', '-f', 'unix', ...folders]);
  const lines = stdout.matchAll(/^(\S+?):(\d+):\d+: .*\[\w+\/(.+)\]$/gm);
  return [...lines].map(([, path, line, rule]) => `${path ?? ''}:${line ?? ''} ${rule ?? ''}`).toSorted();
}
