import { CST, Lexer } from 'yaml';
import type { Fault } from './fault.ts';
import { clip } from './problem.ts';

/** Deeper than any manifest of a tutorial. */
export const MAX_DEPTH = 64;
/** More than any manifest of a tutorial has. */
export const MAX_NODES = 2000;
const MAX_LINES = 10_000;
/** A node is four lexemes at most, white space aside: key, colon, value, dash or comma. */
const MAX_LEXEMES = 4 * MAX_NODES;

export interface LexicalFaults {
  readonly faults: readonly Fault[];
  /** The parser must not see this text: 256 KiB of brackets or of keys cost it seconds and hundreds of MiB. */
  readonly isBomb: boolean;
}

/**
 * What is wrong with a text before it is parsed: too much or too deep, and what YAML has beyond plain data. Anchors,
 * aliases and tags are how bombs and surprises are hidden; a directive would change the version of YAML.
 */
export function lexicalFaults(text: string): LexicalFaults {
  const faults: Fault[] = [];
  const size: Size = { lexemes: 0, lines: 0, open: 0, inLine: 0 };
  for (const { type, source, offset } of lexemes(text)) {
    const word = FORBIDDEN[type];
    if (word !== undefined) faults.push({ offset, message: `${word} are not allowed: ${clip(source)}` });
    if (isUnclosed(type, source))
      faults.push({ offset, message: 'the quote that starts here is never closed.' });
    count(type, size);
    if (size.lexemes > MAX_LEXEMES) return bomb(offset, `more than ${String(MAX_NODES)} values in one file.`);
    if (size.lines > MAX_LINES) return bomb(offset, `more than ${String(MAX_LINES)} lines in one file.`);
    if (size.open + size.inLine > MAX_DEPTH)
      return bomb(offset, `nested deeper than ${String(MAX_DEPTH)} levels.`);
  }
  return { faults, isBomb: false };
}

type LexemeType = CST.TokenType | 'invalid';

/** The lexer takes everything up to the end of the file for quoted then. */
function isUnclosed(type: LexemeType, source: string): boolean {
  const isQuoted = type === 'double-quoted-scalar' || type === 'single-quoted-scalar';
  return isQuoted && (source.length === 1 || !source.endsWith(source.charAt(0)));
}

const FORBIDDEN: Partial<Record<LexemeType, string>> = {
  'directive-line': 'directives',
  anchor: 'anchors',
  alias: 'aliases',
  tag: 'tags',
};

const BLANK: ReadonlySet<LexemeType> = new Set(['space', 'newline', 'comment', 'byte-order-mark']);

function bomb(offset: number, message: string): LexicalFaults {
  return { faults: [{ offset, message }], isBomb: true };
}

interface Size {
  lexemes: number;
  lines: number;
  /** Brackets and braces that are open. */
  open: number;
  /** Dashes, question marks and colons of one line; each is a level, as in `- - - x`. */
  inLine: number;
}

function count(type: LexemeType, size: Size): void {
  if (!BLANK.has(type)) size.lexemes += 1;
  if (type === 'newline') size.lines += 1;
  if (type === 'newline') size.inLine = 0;
  if (type === 'seq-item-ind' || type === 'explicit-key-ind') size.inLine += 1;
  // Between brackets colons stand side by side; outside of them each opens a map, which YAML forbids only afterwards.
  if (type === 'map-value-ind' && size.open <= 0) size.inLine += 1;
  if (type === 'flow-seq-start' || type === 'flow-map-start') size.open += 1;
  if (type === 'flow-seq-end' || type === 'flow-map-end') size.open -= 1;
}

/** The lexemes with their place. The lexer announces a scalar by a mark that is not in the text. */
function* lexemes(
  text: string,
): Generator<{ readonly type: LexemeType; readonly source: string; readonly offset: number }> {
  let offset = 0;
  let isScalar = false;
  for (const source of new Lexer().lex(text)) {
    if (source === CST.SCALAR) {
      isScalar = true;
    } else if (source !== CST.DOCUMENT && source !== CST.FLOW_END) {
      yield { type: isScalar ? 'scalar' : (CST.tokenType(source) ?? 'invalid'), source, offset };
      offset += source.length;
      isScalar = false;
    }
  }
}
