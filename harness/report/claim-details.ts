import { diff } from 'jest-diff';
import type { Mismatch, Verdict } from '../core/verdict.ts';
import { evidenceLines } from './evidence-lines.ts';
import { labelled } from './labelled.ts';
import { lineRange } from './line-range.ts';
import type { ClaimSummary } from './run-summary.ts';
import { paint, verdictGlyph, type TextStyle } from './text-style.ts';
import { wrapText } from './text-width.ts';

type Of<K extends Verdict['kind']> = Extract<Verdict, { readonly kind: K }>;

/** Everything a reader needs to understand why Kubernetes does not do what the claim says. */
export function contradictionLines(
  claim: ClaimSummary,
  verdict: Of<'contradicted'>,
  style: TextStyle,
): readonly string[] {
  const because = verdict.reasons.filter((reason) => !isRepetition(reason, claim));
  return [
    ...headLines(claim, style),
    ...mismatchLines(claim, style),
    ...because.flatMap(({ role, expected, seen }) =>
      labelled('because', `the ${role} had to show ${expected}, but showed ${seen}`, style),
    ),
    ...articleLines(claim, style),
    ...evidenceLines(claim, style),
  ];
}

/** Why we could not find out, and how far we came. */
export function inconclusiveLines(
  claim: ClaimSummary,
  verdict: Of<'inconclusive'>,
  style: TextStyle,
): readonly string[] {
  return [
    ...headLines(claim, style),
    ...labelled('because', verdict.why, style),
    ...articleLines(claim, style),
    ...evidenceLines(claim, style),
  ];
}

/** A claim that was planned but never judged. */
export function missingLines(claim: ClaimSummary, style: TextStyle): readonly string[] {
  return [...headLines(claim, style), ...evidenceLines(claim, style)];
}

/** The verdict as a word as well: a sign or a colour alone is easily overlooked. */
function headLines(claim: ClaimSummary, style: TextStyle): readonly string[] {
  const kind = claim.verdict?.kind;
  const word = kind === undefined ? 'NO VERDICT' : kind.toUpperCase();
  const colored = paint(style, kind === 'contradicted' ? 'bad' : 'unsure', word);
  const [first = '', ...rest] = wrapText(`${word} ${claim.planned.must}`, style.width - 4);
  return [
    `  ${verdictGlyph(style, kind ?? 'inconclusive')} ${colored}${first.slice(word.length)}`,
    ...rest.map((line) => `    ${line}`),
  ];
}

function articleLines({ planned }: ClaimSummary, style: TextStyle): readonly string[] {
  return labelled('article', lineRange(planned.lines), style);
}

/** One-line values stand below each other; longer ones are shown as a diff, where the eye finds the difference. */
function mismatchLines(claim: ClaimSummary, style: TextStyle): readonly string[] {
  const { expected, seen, controlSeen } = claim;
  const control = controlSeen === '' ? [] : labelled('control', controlSeen, style);
  if (!expected.includes('\n') && !seen.includes('\n')) {
    return [...labelled('expected', expected, style), ...labelled('seen', seen, style, 'bad'), ...control];
  }
  const text = diff(expected, seen, {
    aAnnotation: 'expected',
    bAnnotation: 'seen',
    aColor: (line) => paint(style, 'good', line),
    bColor: (line) => paint(style, 'bad', line),
    commonColor: (line) => paint(style, 'faint', line),
    patchColor: (line) => paint(style, 'faint', line),
    contextLines: 2,
    expand: false,
  });
  return [...(text ?? '').split('\n').map((line) => `      ${line}`.trimEnd()), ...control];
}

/** The first reason often only repeats the lines above it. */
function isRepetition({ role, expected, seen }: Mismatch, claim: ClaimSummary): boolean {
  return role === 'subject' && expected === claim.expected && seen === claim.seen;
}
