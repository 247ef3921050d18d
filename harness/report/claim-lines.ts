import { contradictionLines, inconclusiveLines, missingLines } from './claim-details.ts';
import { evidenceLines } from './evidence-lines.ts';
import { lineRange } from './line-range.ts';
import { firstAttemptLines } from './retry-lines.ts';
import type { ClaimSummary, UnitSummary } from './run-summary.ts';
import { padText, textWidth, wrapText } from './text-width.ts';
import { paint, verdictGlyph, type TextStyle } from './text-style.ts';

export interface ClaimOptions {
  readonly style: TextStyle;
  /** Shows the evidence of every claim, not only of those that do not hold. */
  readonly verbose: boolean;
}

/** The block of one scenario: a heading, then each claim with what was seen and its verdict. */
export function unitLines(unit: UnitSummary, options: ClaimOptions): readonly string[] {
  const { style } = options;
  const { planned } = unit;
  const column = claimColumn(unit, style);
  return [
    `${paint(style, 'title', unit.name)} · article ${lineRange(planned.lines)}`,
    ...wrapText(planned.title, style.width - 2).map((line) => indented(paint(style, 'strong', line))),
    ...podLines(unit, style),
    ...(neverRan(unit)
      ? [`  ${verdictGlyph(style, 'inconclusive')} was not run`]
      : unit.claims.flatMap((claim) => [
          ...claimLines(claim, column, options),
          ...firstAttemptLines(claim, style),
        ])),
    ...(unit.error === undefined ? [] : wrapText(`error: ${unit.error}`, style.width - 2).map(indented)),
  ];
}

/** Where the article is wrong, the reader should not have to look it up. */
function correctionLines({ planned }: ClaimSummary, style: TextStyle): readonly string[] {
  if (planned.correction === undefined) return [];
  const text = `the article is not quite right (${lineRange(planned.lines)}): ${planned.correction}`;
  return wrapText(text, style.width - 6).map((line) => `      ${paint(style, 'faint', line)}`);
}

/** Its claims have nothing to say: one line is enough for all of them. */
function neverRan(unit: UnitSummary): boolean {
  return unit.state === 'not started' && unit.claims.every((claim) => claim.verdict === undefined);
}

/** Width of the column with the sentences, so that what was seen stands in one column; 0 puts it on its own line. */
function claimColumn(unit: UnitSummary, style: TextStyle): number {
  const longest = Math.max(...unit.claims.map((claim) => textWidth(claim.planned.must)), 0);
  return longest + 4 <= style.width * 0.52 ? longest : 0;
}

function claimLines(claim: ClaimSummary, column: number, options: ClaimOptions): readonly string[] {
  const { style, verbose } = options;
  switch (claim.verdict?.kind) {
    case 'holds': {
      const brackets = claim.controlSeen === '' ? '' : `(control: ${claim.controlSeen})`;
      return [
        ...shortLines(claim, [claim.seen, brackets], column, style),
        ...correctionLines(claim, style),
        ...(verbose ? evidenceLines(claim, style) : []),
      ];
    }
    case 'skipped':
      return shortLines(claim, ['', `skipped: ${claim.verdict.reason}`], column, style);
    case 'contradicted':
      return contradictionLines(claim, claim.verdict, style);
    case 'inconclusive':
      return inconclusiveLines(claim, claim.verdict, style);
    case undefined:
      return missingLines(claim, style);
  }
}

/** Sentence and answer side by side where there is room, else below each other; the remark in quieter letters. */
function shortLines(
  claim: ClaimSummary,
  answer: readonly [seen: string, remark: string],
  column: number,
  style: TextStyle,
): readonly string[] {
  const head = `  ${verdictGlyph(style, claim.verdict?.kind ?? 'inconclusive')} `;
  const { must } = claim.planned;
  const indent = column > 0 ? column + 7 : 6;
  const [first = '', ...rest] = answerLines(answer, style.width - indent, style);
  const hanging = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => ' '.repeat(indent) + line);
  if (column > 0) return [`${head}${stressed(padText(must, column), style)}   ${first}`, ...hanging(rest)];
  const [top = '', ...more] = wrapText(must, style.width - 4).map((line) => stressed(line, style));
  return [head + top, ...more.map((line) => `    ${line}`), ...hanging([first, ...rest])];
}

/** The word that makes a sentence a claim catches the eye. */
function stressed(text: string, style: TextStyle): string {
  return text.replace(/\bMUST(?: NOT)?\b/g, (word) => paint(style, 'strong', word));
}

/** On one line if both fit, else the remark starts a line of its own. */
function answerLines(
  [seen, remark]: readonly [string, string],
  width: number,
  style: TextStyle,
): readonly string[] {
  const faint = (text: string): string => paint(style, 'faint', text);
  const together = [seen, remark].filter((text) => text !== '').join(' ');
  if (!together.includes('\n') && textWidth(together) <= width) {
    return [[seen, faint(remark)].filter((text) => text !== '').join(' ')];
  }
  return [
    ...(seen === '' ? [] : wrapText(seen, width)),
    ...(remark === '' ? [] : wrapText(remark, width).map(faint)),
  ];
}

/** Where the pods were and how they were: the first thing one wants to know when a claim does not hold. */
function podLines(unit: UnitSummary, style: TextStyle): readonly string[] {
  const fine = unit.claims.every(({ verdict }) => verdict?.kind === 'holds' || verdict?.kind === 'skipped');
  if (fine || unit.pods.length === 0) return [];
  const pods = unit.pods.map(({ pod, node, state }) => `${pod} on ${node ?? 'no node'} (${state})`);
  return wrapText(`pods: ${pods.join(', ')}`, style.width - 2).map((line) =>
    indented(paint(style, 'faint', line)),
  );
}

function indented(line: string): string {
  return `  ${line}`;
}
