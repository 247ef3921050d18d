import { formatMs } from '../report/duration.ts';
import { escapeCell, row, table } from '../report/markdown-text.ts';
import type { Answer, AnswerKind } from './answers.ts';
import { answersOf, countLine, totals } from './counts.ts';
import type { Difference } from './compare.ts';
import { splitProperties } from './goes-with.ts';
import { skippedTogether, type SkippedTogether } from './skips.ts';
import type { CellV1, MatrixV1 } from './stored-matrix.ts';

const SIGNS = {
  holds: '✔ holds',
  killed: '✔ killed',
  contradicted: '✖ **contradicted**',
  survived: '✖ **survived**',
  inconclusive: '? **inconclusive**',
  'no verdict': '? **no verdict**',
  skipped: '– skipped',
  'not planned': '· **not planned**',
  'not run': '· not run',
} as const satisfies Record<AnswerKind, string>;

/** A matrix for people in Markdown (GitHub flavour): what differs comes first. */
export function matrixMarkdown(matrix: MatrixV1): string {
  const { differences, cells } = matrix;
  const loud = differences.filter(({ isLoud }) => isLoud);
  const skips = skippedTogether(matrix);
  return [
    `## podproof matrix ${escapeCell(matrix.name)}`.trimEnd(),
    `**${totals(matrix)}**`,
    table(
      ['', 'cell', 'claims', 'verdict', 'in all', 'exit'],
      cells.map((cell, index) => cellRow(matrix, cell, index)),
    ),
    ...(loud.length > 0
      ? [
          `### ‼ Not the same everywhere: ${String(loud.length)}`,
          ...loud.map((each) => details(each, matrix)),
        ]
      : []),
    ...(skips.length > 0 ? ['### Not shown everywhere', skips.map(skipItem).join('\n')] : []),
    '### Claims',
    claimTable(matrix),
    '### Properties',
    propertyTable(matrix),
  ]
    .join('\n\n')
    .concat('\n');
}

function cellRow(matrix: MatrixV1, cell: CellV1, index: number): string {
  const claims =
    cell.state === 'run'
      ? countLine(answersOf(matrix, index))
      : `**not run:** ${escapeCell(cell.reason ?? '')}`;
  const problems = cell.problems.map((problem) => `<br>**problem:** ${escapeCell(problem)}`).join('');
  const time = (ms: number | null): string => (ms === null ? '' : formatMs(ms));
  const before = cell.reused ? ` (run before, ${cell.at ?? ''})` : '';
  return row([
    String(index + 1),
    escapeCell(cell.title + before),
    claims + problems,
    time(cell.verdictMs),
    time(cell.ms),
    String(cell.exitCode),
  ]);
}

function claimTable({ cells, claims }: MatrixV1): string {
  return table(
    ['claim', ...cells.map((_, index) => String(index + 1))],
    claims.map(({ id, answers }) => row([escapeCell(id), ...answers.map(answerCell)])),
  );
}

function answerCell({ kind, why }: Answer): string {
  return kind === 'skipped' ? `${SIGNS[kind]}: ${escapeCell(why)}` : SIGNS[kind];
}

function skipItem({ cells, reason, ids }: SkippedTogether): string {
  return `- skipped in ${cells.join(', ')}: ${escapeCell(reason)}<br>${escapeCell(ids.join(', '))}`;
}

function details({ id, about, groups, goesWith }: Difference, matrix: MatrixV1): string {
  const numberOf = (name: string): string => String(matrix.cells.findIndex((cell) => cell.name === name) + 1);
  const seen = groups.flatMap(({ kind, cells }) =>
    cells.map(({ name, answer }) =>
      row([numberOf(name), SIGNS[kind], ...[answer.seen, answer.controlSeen, answer.why].map(escapeCell)]),
    ),
  );
  const companions = goesWith.map(
    ({ fact, values }) =>
      `- ${escapeCell(fact)}: ${values.map((each) => escapeCell(each.join(', '))).join(' / ')}`,
  );
  return [
    `**${escapeCell(id)}** ${escapeCell(about)}`,
    table(['cell', 'verdict', 'seen', 'control', 'because'], seen),
    companions.length === 0
      ? 'No property that is known of the cells goes with it.'
      : `What else differs between these cells, and so may be behind it:\n\n${companions.join('\n')}`,
  ].join('\n\n');
}

function propertyTable({ cells }: MatrixV1): string {
  const run = cells.flatMap((cell, index) => (cell.state === 'run' ? [{ ...cell, number: index + 1 }] : []));
  const { different, same } = splitProperties(run.map(({ versions }) => versions));
  return table(
    ['', ...run.map(({ number }) => String(number))],
    [...different, ...same].map((fact) =>
      row([escapeCell(fact), ...run.map(({ versions }) => escapeCell(versions[fact] ?? '—'))]),
    ),
  );
}
