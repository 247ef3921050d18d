const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Columns a text takes in a terminal: 0 for combining marks, 2 for East Asian wide letters and emoji, else 1.
 * The text must be free of control sequences.
 *
 * @example textWidth('✔ 日本') // 6
 */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text, at most `width` columns of it; what was cut is marked with `mark`. Never cuts a letter in two. */
export function cutText(text: string, width: number, mark = '…'): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(mark);
  return room <= 0 ? takeColumns(mark, width).head : takeColumns(text, room).head + mark;
}

/** The text with spaces added up to `width` columns; longer texts stay as they are. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/**
 * Breaks a text into lines of at most `width` columns, at spaces where possible, else between letters. Line breaks
 * in the text stay. Always returns at least one line.
 */
export function wrapText(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)));
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<= )(?! )/)) {
    if (textWidth((current + word).trimEnd()) <= width) {
      current += word;
      continue;
    }
    if (current.trim() !== '') lines.push(current.trimEnd());
    current = word;
    while (textWidth(current.trimEnd()) > width) {
      const { head, tail } = takeColumns(current, width);
      lines.push(head);
      current = tail;
    }
  }
  if (current.trim() !== '' || lines.length === 0) lines.push(current.trimEnd());
  return lines;
}

/** At least one letter is taken, so that a loop over the rest always ends. */
function takeColumns(text: string, width: number): { readonly head: string; readonly tail: string } {
  let head = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width && head !== '') break;
    head += segment;
  }
  return { head, tail: text.slice(head.length) };
}

const WIDE =
  /^(?:\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/u;
const ZERO = /^(?:\p{Mark}|\p{Default_Ignorable_Code_Point}|\p{Control})+$/u;

/** A variation selector 16 asks for the two-column emoji form of a letter that has a one-column form too. */
function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
}
