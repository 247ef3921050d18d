import { diff } from 'jest-diff';
import type { Verdict } from '../core/verdict.ts';
import { evidenceLines } from './evidence-lines.ts';
import { paint, verdictGlyph, type Look } from './look.ts';
import type { ClaimSummary, UnitSummary } from './run-summary.ts';
import { padText, textWidth, wrapText } from './text-width.ts';

export interface ClaimStyle {
  readonly look: Look;
  /** Shows the evidence of every claim, not only of those that do not hold. */
  readonly verbose: boolean;
}

/** The block of one scenario: a heading, then each claim with what was seen and its verdict. */
export function unitLines(unit: UnitSummary, style: ClaimStyle): readonly string[] {
  const { look } = style;
  const { planned } = unit;
  const width = claimColumn(unit, look);
  return [
    `${paint(look, 'title', unit.name)} · ${planned.title} · ${articleLines(planned.lines)}`,
    ...(neverRan(unit)
      ? [`  ${verdictGlyph(look, 'inconclusive')} was not run`]
      : unit.claims.flatMap((claim) => claimLines(claim, width, style))),
    ...(unit.error === undefined ? [] : labelled('error', unit.error, look)),
  ];
}

/** @example articleLines([39, 64]) // 'article lines 39–64' */
export function articleLines([first, last]: readonly [number, number]): string {
  return first === last ? `article line ${String(first)}` : `article lines ${String(first)}–${String(last)}`;
}

/** Its claims have nothing to say: one line is enough for all of them. */
function neverRan(unit: UnitSummary): boolean {
  return unit.state === 'not started' && unit.claims.every((claim) => claim.verdict === undefined);
}

/** Width of the column with the sentences, so that what was seen stands in one column; 0 puts it on its own line. */
function claimColumn(unit: UnitSummary, look: Look): number {
  const longest = Math.max(...unit.claims.map((claim) => textWidth(claim.planned.must)), 0);
  return longest + 4 <= look.width * 0.52 ? longest : 0;
}

function claimLines(claim: ClaimSummary, column: number, style: ClaimStyle): readonly string[] {
  const { look, verbose } = style;
  const { verdict } = claim;
  switch (verdict?.kind) {
    case 'holds':
      return [
        ...shortLines(claim, answer(claim), column, look),
        ...(verbose ? allEvidence(claim, look) : []),
      ];
    case 'skipped':
      return shortLines(claim, `skipped: ${verdict.reason}`, column, look);
    case 'contradicted':
      return [
        ...headLine(claim, verdict, look),
        ...mismatchLines(claim, look),
        ...verdict.reasons
          .filter((reason) => !isRepetition(reason, claim))
          .flatMap((reason) =>
            labelled(
              'because',
              `the ${reason.role} had to show ${reason.expected}, but showed ${reason.seen}`,
              look,
            ),
          ),
        ...labelled('article', articleLines(claim.planned.lines), look),
        ...allEvidence(claim, look),
      ];
    case 'inconclusive':
      return [
        ...headLine(claim, verdict, look),
        ...labelled('because', verdict.why, look),
        ...labelled('article', articleLines(claim.planned.lines), look),
        ...allEvidence(claim, look),
      ];
    case undefined:
      return [...headLine(claim, undefined, look), ...allEvidence(claim, look)];
  }
}

/** What was seen, the control in brackets. */
function answer(claim: ClaimSummary): string {
  return claim.controlSeen === '' ? claim.seen : `${claim.seen} (control: ${claim.controlSeen})`;
}

/** Sentence and answer side by side where there is room, else below each other. */
function shortLines(claim: ClaimSummary, text: string, column: number, look: Look): readonly string[] {
  const glyph = verdictGlyph(look, claim.verdict?.kind ?? 'inconclusive');
  const indent = column > 0 ? column + 7 : 4;
  const wrapped = wrapText(text, look.width - indent);
  const below = wrapped.map((line) => ' '.repeat(indent) + paint(look, 'faint', line));
  const must = claim.planned.must;
  if (column === 0) return [...hanging(`  ${glyph} `, wrapText(must, look.width - 4)), ...below];
  const first = paint(look, 'faint', wrapped[0] ?? '');
  return [`  ${glyph} ${padText(must, column)}   ${first}`, ...below.slice(1)];
}

function headLine(claim: ClaimSummary, verdict: Verdict | undefined, look: Look): readonly string[] {
  const word = verdict === undefined ? 'NO VERDICT' : verdict.kind.toUpperCase();
  const colored = paint(look, verdict?.kind === 'contradicted' ? 'bad' : 'unsure', word);
  const glyph = verdictGlyph(look, verdict?.kind ?? 'inconclusive');
  const [first = '', ...rest] = wrapText(`${word} ${claim.planned.must}`, look.width - 4);
  return hanging(`  ${glyph} `, [colored + first.slice(word.length), ...rest]);
}

function hanging(head: string, [first = '', ...rest]: readonly string[]): readonly string[] {
  return [head + first, ...rest.map((line) => `    ${line}`)];
}

/** One-line values stand below each other; longer ones are shown as a diff, where the eye finds the difference. */
function mismatchLines(claim: ClaimSummary, look: Look): readonly string[] {
  const { expected, seen, controlSeen } = claim;
  const control = controlSeen === '' ? [] : labelled('control', controlSeen, look);
  if (!expected.includes('\n') && !seen.includes('\n')) {
    return [...labelled('expected', expected, look), ...labelled('seen', seen, look, 'bad'), ...control];
  }
  const text = diff(expected, seen, {
    aAnnotation: 'expected',
    bAnnotation: 'seen',
    aColor: (line) => paint(look, 'good', line),
    bColor: (line) => paint(look, 'bad', line),
    commonColor: (line) => paint(look, 'faint', line),
    patchColor: (line) => paint(look, 'faint', line),
    contextLines: 2,
    expand: false,
  });
  return [...(text ?? '').split('\n').map((line) => `      ${line}`.trimEnd()), ...control];
}

/** The first reason often only repeats the two lines above it. */
function isRepetition(
  reason: { readonly expected: string; readonly seen: string },
  claim: ClaimSummary,
): boolean {
  return (
    reason.expected === claim.expected && (reason.seen === claim.seen || reason.seen === claim.controlSeen)
  );
}

function labelled(label: string, text: string, look: Look, how?: 'bad'): readonly string[] {
  const indent = 16;
  return wrapText(text, look.width - indent).map((line, index) => {
    const shown = how === undefined ? line : paint(look, how, line);
    return index === 0
      ? `      ${paint(look, 'faint', label.padEnd(10))}${shown}`
      : ' '.repeat(indent) + shown;
  });
}

function allEvidence(claim: ClaimSummary, look: Look): readonly string[] {
  return [...evidenceLines('subject', claim.subject, look), ...evidenceLines('control', claim.control, look)];
}
