import type { VerdictKind } from '../core/verdict.ts';
import { paint, verdictGlyph, type TextStyle } from '../report/text-style.ts';
import type { AnswerKind } from './answers.ts';

/** Which verdict an answer is as good or as bad as; undefined where it is none at all. */
const LIKE: Readonly<Record<AnswerKind, VerdictKind | undefined>> = {
  holds: 'holds',
  killed: 'holds',
  contradicted: 'contradicted',
  survived: 'contradicted',
  inconclusive: 'inconclusive',
  'no verdict': 'inconclusive',
  skipped: 'skipped',
  'not planned': undefined,
  'not run': undefined,
};

/** The answer as a sign of one column. */
export function answerSign(kind: AnswerKind, style: TextStyle): string {
  const like = LIKE[kind];
  return like === undefined ? paint(style, 'faint', style.unicode ? '·' : '.') : verdictGlyph(style, like);
}

/** The widest of the words that stand beside the sign. */
export const LONGEST_WORD = Math.max(...Object.keys(LIKE).map((kind) => kind.length));
