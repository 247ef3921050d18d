import { formatMs } from '../report/duration.ts';
import { paint, plainSigns, type TextStyle } from '../report/text-style.ts';
import { cutText, padText, textWidth, wrapText } from '../report/text-width.ts';
import { answerSign, LONGEST_WORD } from './answer-signs.ts';
import { answersOf, countLine, totals } from './counts.ts';
import { differenceLines } from './difference-lines.ts';
import { otherwiseLines, propertyLines } from './property-lines.ts';
import type { CellV1, MatrixV1 } from './stored-matrix.ts';

export interface TableOptions {
  readonly style: TextStyle;
  /** Also shows claims with the same verdict everywhere of which something else was seen. */
  readonly verbose: boolean;
}

/** Everything about a matrix for a terminal: cells, claims, properties, and last, where it is seen, what differs. */
export function matrixTable(matrix: MatrixV1, { style, verbose }: TableOptions): string {
  const lines = [
    ...matrix.cells.flatMap((cell, index) => cellLines(matrix, cell, index, style)),
    '',
    ...(matrix.claims.length === 0 ? [] : [...claimLines(matrix, style), '']),
    ...propertyLines(matrix, style),
    ...(verbose ? otherwiseLines(matrix, style) : []),
    ...differenceLines(matrix, style),
    '',
    ...wrapText(totals(matrix), style.width).map((line) => paint(style, 'strong', line)),
  ];
  return plainSigns(style, `${lines.join('\n')}\n`);
}

const NUMBER = 4;

function cellLines(matrix: MatrixV1, cell: CellV1, index: number, style: TextStyle): readonly string[] {
  const room = style.width - NUMBER;
  const times = [
    ...(cell.verdictMs === null ? [] : [`verdict ${formatMs(cell.verdictMs)}`]),
    ...(cell.ms === null ? [] : [`in all ${formatMs(cell.ms)}`]),
  ];
  const what =
    cell.state === 'run'
      ? [
          countLine(answersOf(matrix, index)),
          ...times,
          ...(cell.reused ? [`run before, ${cell.at ?? ''}`] : []),
        ]
      : [`not run: ${cell.reason ?? 'no reason is known'}`];
  const text = [...what, `exit ${String(cell.exitCode)}`].join(' · ');
  const isFine = cell.state === 'run' && cell.exitCode === 0;
  return [
    `${paint(style, 'title', ` ${String(index + 1)}`.padEnd(NUMBER))}${paint(style, 'strong', cell.title)}`,
    ...[text, ...cell.problems]
      .flatMap((each) => wrapText(each, room))
      .map((line) => ' '.repeat(NUMBER) + (isFine ? line : paint(style, 'bad', line))),
  ];
}

const GAP = 2;
const LABEL_MIN = 34;

/** One line for each claim, below the name of its scenario. With many cells only the signs have room. */
function claimLines({ cells, claims }: MatrixV1, style: TextStyle): readonly string[] {
  const wide = LONGEST_WORD + 2 + GAP;
  const hasWords = style.width - cells.length * wide >= LABEL_MIN;
  const column = hasWords ? wide : 1 + GAP + String(cells.length).length;
  const label = Math.min(style.width - cells.length * column, Math.max(LABEL_MIN, longestLabel(claims)));
  const head = ' '.repeat(label) + cells.map((_, index) => padText(String(index + 1), column)).join('');
  let unit = '';
  const lines = claims.flatMap((row) => {
    const isOwn = row.id === row.unit;
    const heading = isOwn || row.unit === unit ? [] : [paint(style, 'title', row.unit)];
    unit = row.unit;
    const name = isOwn ? row.id : `  ${nameOf(row.id)}`;
    const signs = row.answers.map(({ kind }) => {
      const word = hasWords ? ` ${kind}` : '';
      return answerSign(kind, style) + word + ' '.repeat(column - 1 - textWidth(word));
    });
    return [...heading, padText(cutText(name, label - 1), label) + signs.join('').trimEnd()];
  });
  return [head.trimEnd(), ...lines];
}

function longestLabel(claims: MatrixV1['claims']): number {
  return Math.max(0, ...claims.map(({ id, unit }) => textWidth(id === unit ? id : `  ${nameOf(id)}`) + GAP));
}

/** The claim without its scenario. */
function nameOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
