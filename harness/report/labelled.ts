import { paint, type Paint, type TextStyle } from './text-style.ts';
import { wrapText } from './text-width.ts';

const INDENT = 6;
const LABEL = 10;

/** A text behind a label; its further lines stand below the text, not below the label. */
export function labelled(label: string, text: string, style: TextStyle, how?: Paint): readonly string[] {
  const left = INDENT + LABEL;
  return wrapText(text, style.width - left).map((line, index) => {
    const shown = how === undefined ? line : paint(style, how, line);
    return index === 0
      ? `${' '.repeat(INDENT)}${paint(style, 'faint', label.padEnd(LABEL))}${shown}`
      : ' '.repeat(left) + shown;
  });
}
