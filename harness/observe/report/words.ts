import { sanitizeText } from '../../core/sanitize-text.ts';
import { paint, plainSigns, type Paint, type TextStyle } from '../../report/text-style.ts';
import { wrapText } from '../../report/text-width.ts';

/**
 * A text from outside made fit for a line: what comes from manifests and containers may be meant to mislead a terminal.
 * Signs are replaced before anything is measured.
 */
export function clean(text: string, style: TextStyle): string {
  return plainSigns(style, sanitizeText(text, 2000).replaceAll('\n', ' '));
}

/** A paragraph, indented; its further lines a little more. Nothing for an empty text. */
export function paragraph(text: string, how: Paint, style: TextStyle): readonly string[] {
  const words = clean(text, style);
  if (words === '') return [];
  return wrapText(words, style.width - 4).map((line, index) =>
    paint(style, how, `${index === 0 ? '  ' : '    '}${line}`),
  );
}

const MOST_NAMES = 3;

/** `a, b, c and 47 more` */
export function names(containers: readonly string[]): string {
  return containers.length > MOST_NAMES
    ? `${containers.slice(0, MOST_NAMES).join(', ')} and ${String(containers.length - MOST_NAMES)} more`
    : containers.join(', ');
}
