import { formatArgv } from '../../core/command.ts';
import type { Evidence } from '../../core/observation.ts';
import { sanitizeText } from '../../core/sanitize-text.ts';
import { paint, type TextStyle } from '../../report/text-style.ts';
import { cutText } from '../../report/text-width.ts';

const MOST_LINES = 6;

/** What was asked, where, and the beginning of each answer. */
export function evidenceLines(evidence: readonly Evidence[], style: TextStyle): readonly string[] {
  return evidence.flatMap(({ where, argv, outcome, stdout, stderr }) => {
    const text = (stdout.trim() === '' ? stderr : stdout).trimEnd().split('\n');
    const more = text.length > MOST_LINES ? [`… ${String(text.length - MOST_LINES)} more lines`] : [];
    const shown = [...text.slice(0, MOST_LINES), ...more].filter((line) => line.trim() !== '');
    return [
      `  $ ${sanitizeText(formatArgv(argv)).replaceAll('\n', ' ')}  (${where}, ${outcome})`,
      ...shown.map((line) => `      ${line}`),
    ].map((line) => paint(style, 'faint', cutText(line.replaceAll('\t', ' '), style.width)));
  });
}
