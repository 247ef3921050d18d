import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { judge, runTool, type Gate, type GateResult, type ToolOutput } from './gate.ts';

/** Folders that hold code, and the one file outside them. */
const CODE = /^((harness|scenarios|scripts)\/.*\.[jt]s|jest\.config\.ts)$/;
/** By content, since a fresh clone has fresh times. */
const CACHED = ['--cache', '--cache-strategy=content', '--cache-location=node_modules/.cache/prettier-check'];
const FORMATTED = /\.(ts|js|json|md|ya?ml)$/;

export const TOOL_GATES: readonly Gate[] = [
  { name: 'unit', what: 'unit tests (jest, no engine, no network)', run: unit },
  { name: 'format', what: 'prettier', run: format },
  { name: 'unused', what: 'unused files, exports and packages (knip)', run: unused },
  { name: 'lint', what: 'lint, import directions and own rules (oxlint)', run: lint },
  { name: 'types', what: 'types (tsc)', run: types },
];

async function format(root: string, tree: readonly string[]): Promise<GateResult> {
  const files = tree.filter((path) => FORMATTED.test(path));
  if (files.length === 0) return judge('files', 0, false, '');
  const result = await runTool(root, ['prettier', '--check', ...CACHED, '--', ...files]);
  return judge('files', files.length, result.exitCode === 0, both(result));
}

async function lint(root: string, tree: readonly string[]): Promise<GateResult> {
  const expected = tree.filter((path) => CODE.test(path));
  if (expected.length === 0) return judge('files', 0, false, '');
  const result = await runTool(root, ['oxlint', '--deny-warnings', ...codeRoots(root)]);
  const checked = Number(/ on (\d+) files?/.exec(result.stdout)?.[1] ?? '0');
  const complete = checked >= expected.length;
  const note = complete
    ? ''
    : `\noxlint saw ${String(checked)} of ${String(expected.length)} files of the tree.`;
  return judge('files', checked, result.exitCode === 0 && complete, both(result) + note);
}

async function types(root: string, tree: readonly string[]): Promise<GateResult> {
  const wanted = tree.filter((path) => CODE.test(path) && path.endsWith('.ts'));
  if (wanted.length === 0) return judge('files', 0, false, '');
  const result = await runTool(root, ['tsc', '-p', '.', '--listFiles']);
  const lines = result.stdout.split('\n');
  const seen = new Set(lines.map((line) => relative(root, line)));
  const missed = wanted.filter((path) => !seen.has(path)).map((path) => `${path}: not part of tsconfig.json`);
  const errors = lines.filter((line) => line !== '' && !existsSync(line));
  const ok = result.exitCode === 0 && missed.length === 0;
  return judge('files', wanted.length - missed.length, ok, [...errors, ...missed, result.stderr].join('\n'));
}

async function unused(root: string, tree: readonly string[]): Promise<GateResult> {
  const files = tree.filter((path) => CODE.test(path));
  if (files.length === 0) return judge('files', 0, false, '');
  const result = await runTool(root, ['knip', '--no-progress', '--treat-config-hints-as-errors']);
  return judge('files', files.length, result.exitCode === 0, both(result));
}

async function unit(root: string): Promise<GateResult> {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'check-'));
  try {
    const report = join(folder, 'jest.json');
    const result = await runTool(root, [
      'node',
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--selectProjects=unit',
      '--json',
      `--outputFile=${report}`,
    ]);
    return judge('tests', passedTests(report), result.exitCode === 0, result.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function passedTests(report: string): number {
  if (!existsSync(report)) return 0;
  const parsed: unknown = JSON.parse(readFileSync(report, 'utf8'));
  const count =
    typeof parsed === 'object' && parsed !== null && 'numPassedTests' in parsed && parsed.numPassedTests;
  return typeof count === 'number' ? count : 0;
}

function codeRoots(root: string): string[] {
  return ['harness', 'scenarios', 'scripts', 'jest.config.ts'].filter((path) => existsSync(join(root, path)));
}

function both({ stdout, stderr }: ToolOutput): string {
  return `${stdout}\n${stderr}`.trim();
}
