import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { basename } from 'node:path';
import { lineRange } from '../../harness/report/line-range.ts';
import type { RecordedRun } from '../../harness/report/recorded-run.ts';
import { loadScenarios } from '../../harness/scenario/load.ts';
import type { LoadedScenario } from '../../harness/scenario/types.ts';

/**
 * Fills the parts of the README that come from somewhere else: the table of claims from the scenarios, what was
 * observed and the console text from the recorded run (docs/recorded-run.json, written by scripts/record-run.ts).
 *
 * Run as `node scripts/generate/readme.ts [--check]`.
 */
const root = new URL('../../', import.meta.url);
const README = new URL('README.md', root);

const recorded = JSON.parse(await readFile(new URL('docs/recorded-run.json', root), 'utf8')) as RecordedRun;
const scenarios = await loadScenarios(fileURLToPath(new URL('scenarios', root)));
const before = await readFile(README, 'utf8');
const after = await format(fill(fill(before, 'claims', claimsTable(scenarios)), 'output', output()), {
  parser: 'markdown',
  printWidth: 110,
  singleQuote: true,
});

if (!process.argv.includes('--check')) {
  await writeFile(README, after);
} else if (after !== before) {
  console.error('README.md is not current: run npm run docs');
  process.exitCode = 1;
}

function fill(text: string, part: string, content: string): string {
  const pattern = new RegExp(`<!-- ${part}:start -->[\\s\\S]*?<!-- ${part}:end -->`);
  if (!pattern.test(text)) throw new Error(`README.md has no part “${part}”`);
  return text.replace(pattern, () => `<!-- ${part}:start -->\n\n${content}\n\n<!-- ${part}:end -->`);
}

/** A picture of the whole output; its last lines also as text, for those who cannot see pictures. */
function output(): string {
  const tail = recorded.console
    .trimEnd()
    .split('\n')
    .slice(-3)
    .filter((line) => !line.startsWith('npm') && !line.includes('--verbose'));
  return `![What npm run scenarios prints: each claim with what was seen in the subject and in the control](docs/run.svg)\n\n\`\`\`text\n${tail.join('\n')}\n\`\`\``;
}

/** One row for each scenario; docs/claims.md has every claim. */
function claimsTable(all: readonly LoadedScenario[]): string {
  const { kubernetes = '', containerd = '', kind = '' } = recorded.versions;
  const claims = all.reduce((sum, scenario) => sum + scenario.claims.length, 0);
  const rows = all.map((scenario) => {
    const folder = basename(scenario.folder);
    const cells = [
      `[${scenario.id}](scenarios/${folder}/README.md)`,
      lineRange(scenario.article.lines).replace(/^lines? /, ''),
      scenario.title,
      verdictsOf(scenario),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `Observed on ${recorded.date} with Kubernetes ${kubernetes}, containerd ${containerd}, kind ${kind}. [docs/claims.md](docs/claims.md) has all ${String(claims)} claims, sentence by sentence, with what was seen.`,
    '',
    '| scenario | article, lines | what it proves | claims |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** @example '4 hold' */
function verdictsOf({ id, claims }: LoadedScenario): string {
  const kinds = claims.map(
    (claim) =>
      recorded.claims.find((each) => each.scenario === id && each.claim === claim.id)?.verdict?.kind ??
      'not recorded',
  );
  return [...Map.groupBy(kinds, (kind) => kind)]
    .map(([kind, same]) => `${String(same.length)} ${kind === 'holds' && same.length > 1 ? 'hold' : kind}`)
    .join(', ');
}
