import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { lineRange } from '../../harness/report/line-range.ts';
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

interface Recorded {
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly claims: readonly {
    readonly scenario: string;
    readonly claim: string;
    readonly verdict: { readonly kind: string } | null;
    readonly seen: string;
    readonly controlSeen: string;
  }[];
  readonly console: string;
}

const recorded = JSON.parse(await readFile(new URL('docs/recorded-run.json', root), 'utf8')) as Recorded;
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
  console.error('README.md is not current: run node scripts/generate/readme.ts');
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
  return `![What npm run scenarios prints: six scenarios, each claim with what was seen in the subject and in the control](docs/run.svg)\n\n\`\`\`text\n${tail.join('\n')}\n\`\`\``;
}

function claimsTable(all: readonly LoadedScenario[]): string {
  const { kubernetes = '', containerd = '', kind = '' } = recorded.versions;
  const rows = all.flatMap((scenario) =>
    scenario.claims.map((claim) => {
      const run = recorded.claims.find(
        (candidate) => candidate.scenario === scenario.id && candidate.claim === claim.id,
      );
      const cells = [
        lineRange(claim.source.lines).replace(/^lines? /, ''),
        `“${claim.source.sentence}”`,
        run?.seen ?? 'not recorded',
        run?.controlSeen ?? '',
        run?.verdict?.kind ?? 'not recorded',
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    }),
  );
  return [
    `Observed on ${recorded.date} with Kubernetes ${kubernetes}, containerd ${containerd}, kind ${kind}.`,
    '',
    '| lines | the article says | observed in the subject | in the control | verdict |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
