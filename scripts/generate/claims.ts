import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import type { RecordedRun } from '../../harness/report/recorded-run.ts';
import { loadScenarios } from '../../harness/scenario/load.ts';
import type { Claim, LoadedScenario } from '../../harness/scenario/types.ts';

/**
 * Writes docs/claims.md: every sentence of the article that a scenario checks, in the article's order, with what the
 * recorded run saw.
 *
 * Run as `node scripts/generate/claims.ts [--check]`.
 */
const root = new URL('../../', import.meta.url);
const TARGET = new URL('docs/claims.md', root);
const recorded = JSON.parse(await readFile(new URL('docs/recorded-run.json', root), 'utf8')) as RecordedRun;
const scenarios = await loadScenarios(fileURLToPath(new URL('scenarios', root)));
const text = await format(page(), { parser: 'markdown', printWidth: 110, singleQuote: true });

if (!process.argv.includes('--check')) {
  await writeFile(TARGET, text);
} else if (text !== (await readFile(TARGET, 'utf8').catch(() => ''))) {
  console.error('docs/claims.md is not current: run npm run docs');
  process.exitCode = 1;
}

interface Row {
  readonly scenario: LoadedScenario;
  readonly claim: Claim;
}

function page(): string {
  const rows = scenarios
    .flatMap((scenario) => scenario.claims.map((claim): Row => ({ scenario, claim })))
    .sort((a, b) => a.claim.source.lines[0] - b.claim.source.lines[0]);
  const corrected = rows.filter(({ claim }) => claim.correction !== undefined).length;
  const { kubernetes = '', containerd = '', kind = '', kernel = '' } = recorded.versions;
  const headings = Map.groupBy(rows, ({ claim }) => headingOf(claim.source.lines[0]));
  return [
    '<!-- Written by scripts/generate/claims.ts from the scenarios and docs/recorded-run.json. Do not edit. -->',
    '',
    '# What the article says, and what a cluster shows',
    '',
    `“How to Secure cluster nodes and the network (Part 1)”, sentence by sentence: ${String(rows.length)} claims in ${String(scenarios.length)} scenarios, ${String(corrected)} of them corrections, where the article is wrong or tells half of it.`,
    '',
    `Observed on ${recorded.date} with Kubernetes ${kubernetes}, containerd ${containerd}, kind ${kind}, Linux ${kernel}. Each claim was judged on two subjects: the one it is about, and a control that had to show the opposite.`,
    ...[...headings].flatMap(([heading, own]) => ['', `## ${heading}`, ...own.flatMap(section)]),
    '',
  ].join('\n');
}

function section({ scenario, claim }: Row): readonly string[] {
  const run = recorded.claims.find((each) => each.scenario === scenario.id && each.claim === claim.id);
  const folder = basename(scenario.folder);
  return [
    '',
    `### ${claim.must}`,
    '',
    `> ${claim.source.sentence}`,
    `> — ${lines(claim)}`,
    '',
    ...(claim.correction === undefined ? [] : [`**Not quite.** ${claim.correction}`, '']),
    '| | must show | showed |',
    '| --- | --- | --- |',
    row(`\`${claim.subject}\``, claim.subjectShows.text, run?.seen ?? 'not recorded'),
    row(`\`${claim.control}\` (control)`, claim.controlShows.text, run?.controlSeen ?? 'not recorded'),
    '',
    `Verdict: **${run?.verdict?.kind ?? 'not recorded'}** · [${scenario.id}](../scenarios/${folder}/README.md) · \`${claim.id}\``,
  ];
}

function lines({ source }: Claim): string {
  const [first, last] = source.lines;
  return first === last ? `line ${String(first)}` : `lines ${String(first)} to ${String(last)}`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

/** The article's own headings, by the line at which they begin. */
function headingOf(line: number): string {
  const headings: readonly (readonly [number, string])[] = [
    [119, 'Running pods in privileged mode'],
    [103, 'Preventing a container from running as root'],
    [93, 'Running a container as a specific user'],
    [80, 'Configuring the container’s security context'],
    [66, 'Using the node’s PID and IPC namespaces'],
    [39, 'Binding to a host port without using the host’s network namespace'],
    [11, 'Using the host node’s namespaces in a pod'],
  ];
  return headings.find(([first]) => line >= first)?.[1] ?? 'Before the first heading';
}
