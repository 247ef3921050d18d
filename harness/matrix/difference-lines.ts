import { labelled } from '../report/labelled.ts';
import { paint, type TextStyle } from '../report/text-style.ts';
import { wrapText } from '../report/text-width.ts';
import { answerSign } from './answer-signs.ts';
import type { Answer } from './answers.ts';
import type { Difference, Group } from './compare.ts';
import { countRows } from './counts.ts';
import type { Companion } from './goes-with.ts';
import { lasting } from './same-words.ts';
import type { MatrixV1 } from './stored-matrix.ts';

/** What has other verdicts in some cells, loudly; then what could not be shown in some, quietly. */
export function differenceLines(matrix: MatrixV1, style: TextStyle): readonly string[] {
  const blocks = (isLoud: boolean): readonly string[] =>
    matrix.differences
      .filter((difference) => difference.isLoud === isLoud)
      .flatMap((difference) => ['', ...blockOf(difference, matrix, style)]);
  const loud = blocks(true);
  const quiet = blocks(false);
  const count = matrix.differences.filter(({ isLoud }) => isLoud).length;
  const sign = style.unicode ? '‼' : '!!';
  const words = `${sign} NOT THE SAME EVERYWHERE: ${String(count)} of ${countRows(matrix)}`;
  return [
    ...(loud.length > 0 ? ['', paint(style, 'bad', words), ...loud] : []),
    ...(quiet.length > 0 ? ['', paint(style, 'strong', 'not shown everywhere'), ...quiet] : []),
  ];
}

function blockOf(difference: Difference, matrix: MatrixV1, style: TextStyle): readonly string[] {
  const { id, about, groups, goesWith } = difference;
  return [
    paint(style, 'title', id),
    ...wrapText(about, style.width - 2).map((line) => `  ${line}`),
    ...groups.flatMap((group) => groupLines(group, matrix, style)),
    ...(goesWith.length === 0
      ? ['  no property that is known of the cells goes with it']
      : [
          '  what else differs between these cells, and so may be behind it:',
          ...goesWith.flatMap((companion) => companionLines(companion, style)),
        ]),
  ];
}

/** Cells that saw the same are told once. */
function groupLines({ kind, cells }: Group, matrix: MatrixV1, style: TextStyle): readonly string[] {
  const numberOf = (name: string): string => String(matrix.cells.findIndex((cell) => cell.name === name) + 1);
  const same = Map.groupBy(cells, ({ answer }) => lasting(JSON.stringify(answer)));
  return [...same.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const where = members.map(({ name }) => numberOf(name)).join(', ');
    return [`  ${answerSign(kind, style)} ${kind} in ${where}`, ...answerLines(first.answer, style)];
  });
}

function answerLines({ seen, controlSeen, why }: Answer, style: TextStyle): readonly string[] {
  return [
    ...(seen === '' ? [] : labelled('seen', seen, style)),
    ...(controlSeen === '' ? [] : labelled('control', controlSeen, style)),
    ...(why === '' ? [] : labelled('because', why, style)),
  ];
}

function companionLines({ fact, values }: Companion, style: TextStyle): readonly string[] {
  const text = values.map((each) => each.join(', ')).join(' | ');
  const [first = '', ...rest] = wrapText(`${fact}: ${text}`, style.width - 8);
  return [`      ${first}`, ...rest.map((line) => `        ${line}`)];
}
