import { unitName } from '../core/events.ts';
import type { ClaimSummary, SummaryEvent } from './run-summary.ts';
import { paint, type TextStyle } from './text-style.ts';
import { wrapText } from './text-width.ts';

/** Announces a second attempt. */
export function retryLines(
  { unit, claims }: Extract<SummaryEvent, { readonly type: 'retry' }>,
  style: TextStyle,
): readonly string[] {
  const what = `${unitName(unit)} is tried once more with new pods: ${claims.join(', ')}`;
  return wrapText(what, style.width).map((line) => paint(style, 'unsure', line));
}

/** Below a claim: why one attempt was not enough. */
export function firstAttemptLines({ retried }: ClaimSummary, style: TextStyle): readonly string[] {
  if (retried?.isJudged !== true) return [];
  return wrapText(`at the second attempt; the first could not tell: ${retried.why}`, style.width - 6).map(
    (line) => `      ${paint(style, 'unsure', line)}`,
  );
}
