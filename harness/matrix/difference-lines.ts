import { labelled } from '../report/labelled.ts';
import { paint, type TextStyle } from '../report/text-style.ts';
import { wrapText } from '../report/text-width.ts';
import { answerSign } from './answer-signs.ts';
import type { Answer } from './answers.ts';
import type { Difference, Group } from './compare.ts';
import { countRows } from './counts.ts';
import type { Companion } from './goes-with.ts';
import { lasting } from './lasting.ts';
import { skippedTogether, type SkippedTogether } from './skips.ts';
import type { MatrixV1 } from './stored-matrix.ts';

/** What has other verdicts in some cells, loudly; then what could not be shown in some, in short. */
export function differenceLines(matrix: MatrixV1, style: TextStyle): readonly string[] {
  const loud = matrix.differences.filter(({ isLoud }) => isLoud);
  const sign = style.unicode ? '‼' : '!!';
  const words = `${sign} NOT THE SAME EVERYWHERE: ${String(loud.length)} of ${countRows(matrix)}`;
  const skips = skippedTogether(matrix).flatMap((each) => skipLines(each, style));
  return [
    ...(skips.length > 0 ? ['', paint(style, 'strong', 'not shown everywhere'), ...skips] : []),
    ...(loud.length > 0 ? ['', paint(style, 'bad', words)] : []),
    ...loud.flatMap((difference) => ['', ...blockOf(difference, matrix, style)]),
  ];
}

function skipLines({ cells, reason, ids }: SkippedTogether, style: TextStyle): readonly string[] {
  const head = `${answerSign('skipped', style)} skipped in ${cells.join(', ')}: ${reason}`;
  const [first = '', ...rest] = wrapText(head, style.width - 4);
  return [
    `  ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...wrapText(ids.join(', '), style.width - 6).map((line) => `      ${line}`),
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
  const text = values.map((each) => each.map((value) => value || '—').join(', ')).join(' | ');
  const [first = '', ...rest] = wrapText(`${fact}: ${text}`, style.width - 8);
  return [`      ${first}`, ...rest.map((line) => `        ${line}`)];
}
