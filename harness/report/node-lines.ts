import { answerOf, type Deviation, type NodeTable } from './node-table.ts';
import type { ClaimSummary } from './run-summary.ts';
import { wrapText } from './text-width.ts';
import { paint, verdictGlyph, type TextStyle } from './text-style.ts';

/** Names of nodes in one row, and rows of one claim; all of them are in the result. */
const NAMES = 5;
const ROWS = 10;

/** The block of one scenario on every node: its claims, each with the nodes that deviate first and the rest summed. */
export function nodeLines(tables: readonly NodeTable[], style: TextStyle): readonly string[] {
  const [first] = tables;
  if (first === undefined) return [];
  return [
    `${paint(style, 'title', first.scenario)} · on every node`,
    ...tables.flatMap((table) => tableLines(table, style)),
  ];
}

function tableLines(table: NodeTable, style: TextStyle): readonly string[] {
  const { claim, deviations, nodes, counts, example } = table;
  const worst = deviations[0]?.verdict ?? 'holds';
  const glyph = verdictGlyph(style, worst === 'none' ? 'inconclusive' : worst);
  const [top = '', ...more] = wrapText(claim.planned.must, style.width - 4);
  const shown = deviations.slice(0, ROWS);
  const left = deviations.slice(ROWS).reduce((sum, each) => sum + each.nodes.length, 0);
  return [
    `  ${glyph} ${top}`,
    ...more.map((line) => `    ${line}`),
    ...shown.flatMap((deviation) => deviationLines(deviation, style)),
    ...(left === 0 ? [] : [`      … and ${nodesText(left)} with other answers, all in result.json`]),
    ...indent(
      `${String(counts.holds)} of ${nodesText(nodes)} ${counts.holds === 1 ? 'holds' : 'hold'}${
        example === undefined ? '' : `; on ${example.node}: ${seenText(example.claim)}`
      }`,
      style,
    ),
  ];
}

function deviationLines({ verdict, nodes, claim }: Deviation, style: TextStyle): readonly string[] {
  const more = nodes.length > NAMES ? ` and ${String(nodes.length - NAMES)} more` : '';
  const names = `${nodes.slice(0, NAMES).join(', ')}${more}`;
  const word = verdict === 'none' ? 'without a verdict' : verdict;
  const answer = verdict === 'contradicted' ? seenText(claim) : answerOf(claim);
  return indent(`${names}: ${word}, ${answer}`, style).map((line, index) =>
    index === 0 ? paint(style, PAINTS[verdict], line) : line,
  );
}

const PAINTS = { contradicted: 'bad', inconclusive: 'unsure', none: 'unsure', skipped: 'faint' } as const;

function seenText({ seen, controlSeen }: ClaimSummary): string {
  return controlSeen === '' ? seen : `${seen} (control: ${controlSeen})`;
}

function nodesText(count: number): string {
  return `${String(count)} node${count === 1 ? '' : 's'}`;
}

function indent(text: string, style: TextStyle): readonly string[] {
  return wrapText(text, style.width - 8).map(
    (line, index) => `${index === 0 ? '      ' : '        '}${line}`,
  );
}
