import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OXLINT_CONFIG, oxlintConfig } from './check/oxlint-config.ts';
import { runGates } from './check/run-gates.ts';
import { TOOL_GATES } from './check/tool-gates.ts';
import { TREE_GATES } from './check/tree-gate.ts';

const USAGE = `usage: npm run check -- [gate...] [--list] [--write] [--json FILE]
  gate         run these only, for instance: lint types
  --list       name the gates
  --write      write .oxlintrc.json from scripts/check/rooms.ts first
  --json FILE  write what was found, for programs`;

const root = join(import.meta.dirname, '..');
const gates = [...TOOL_GATES, ...TREE_GATES];

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = readArguments() ?? {};
  if (!values || !positionals) return 2;
  if (values.list === true) {
    for (const { name, what } of gates) console.log(`${name.padEnd(10)} ${what}`);
    return 0;
  }
  if (values.write === true) writeFileSync(join(root, OXLINT_CONFIG), oxlintConfig());
  const chosen = gates.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const startedAt = performance.now();
  const reports = await runGates(chosen, { root, tree: listTree(), print: (text) => console.log(text) });
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ gates: reports }, null, 2));
  const red = reports.filter(({ ok }) => !ok).length;
  const verdict =
    red === 0
      ? `All ${String(reports.length)} gates passed`
      : `${String(red)} of ${String(reports.length)} gates failed`;
  console.log(`${verdict} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  return red === 0 && reports.length > 0 ? 0 : 1;
}

function readArguments() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: { list: { type: 'boolean' }, write: { type: 'boolean' }, json: { type: 'string' } },
    });
    const unknown = parsed.positionals.filter((word) => !gates.some(({ name }) => name === word));
    if (unknown.length > 0) throw new Error(`No gate is called ${unknown.join(', ')}.`);
    return parsed;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

/** Every file that is or could be committed: what git does not see, no colleague gets. */
function listTree(): string[] {
  const argv = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', argv, { cwd: root, encoding: 'utf8' });
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path)));
}
