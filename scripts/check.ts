import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Gate, GateResult } from './check/gate.ts';
import { OXLINT_CONFIG, oxlintConfig } from './check/oxlint-config.ts';
import { TOOL_GATES } from './check/tool-gates.ts';
import { TREE_GATES } from './check/tree-gate.ts';

/**
 * `npm run check` runs every gate, as many at once as there are cores. `npm run check -- lint types` runs two of them,
 * `--list` names them, `--write` writes generated files first.
 */
const root = join(import.meta.dirname, '..');
const gates = [...TOOL_GATES, ...TREE_GATES];
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = words.filter((word) => !gates.some(({ name }) => name === word));

if (process.argv.includes('--write')) writeFileSync(join(root, OXLINT_CONFIG), oxlintConfig());
if (process.argv.includes('--list')) {
  for (const { name, what } of gates) console.log(`${name.padEnd(10)} ${what}`);
} else if (unknown.length > 0) {
  console.error(`No gate is called ${unknown.join(', ')}. See npm run check -- --list.`);
  process.exitCode = 2;
} else {
  const chosen = gates.filter(({ name }) => words.length === 0 || words.includes(name));
  if (!(await runAll(chosen))) process.exitCode = 1;
}

async function runAll(chosen: readonly Gate[]): Promise<boolean> {
  const startedAt = performance.now();
  const tree = listTree();
  const waiting = [...chosen];
  const passed: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate; gate = waiting.shift()) passed.push(await runOne(gate, tree));
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  const red = passed.filter((ok) => !ok).length;
  const total = seconds(startedAt);
  console.log(
    red === 0
      ? `\nAll ${String(passed.length)} gates passed (${total}).`
      : `\n${String(red)} of ${String(passed.length)} gates failed (${total}).`,
  );
  return red === 0 && passed.length > 0;
}

async function runOne(gate: Gate, tree: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const result: GateResult = await gate.run(root, tree);
  const size = `${String(result.checked)} ${result.unit}`;
  console.log(
    `${result.ok ? '✔' : '✘'} ${gate.name.padEnd(10)} ${size.padEnd(12)} ${seconds(startedAt).padStart(7)}`,
  );
  if (!result.ok) console.log(result.output.replace(/^/gm, '    '));
  return result.ok;
}

/** Every file that is or could be committed. A file that git does not see is a file that no colleague gets. */
function listTree(): string[] {
  const argv = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', argv, { cwd: root, encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
