import { styleText } from 'node:util';
import type { VerdictKind } from '../core/verdict.ts';

/** How reports style on one output. */
export interface TextStyle {
  /** Columns that may be used. */
  readonly width: number;
  readonly color: boolean;
  /** False where only ASCII can be trusted to appear. */
  readonly unicode: boolean;
}

export interface OutputFacts {
  readonly isTTY: boolean;
  readonly columns?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True for --no-color. */
  readonly noColor?: boolean;
}

/**
 * The style that fits an output. NO_COLOR and FORCE_COLOR mean what no-color.org and force-color.org say; the flag
 * wins over both. Where there is no terminal (a file, a CI log) 100 columns and Unicode are assumed.
 *
 * @example textStyleFor({ isTTY: process.stdout.isTTY, columns: process.stdout.columns, env: process.env })
 */
export function textStyleFor(input: OutputFacts): TextStyle {
  const { isTTY, columns, env } = input;
  const width = isTTY && columns !== undefined && columns > 0 ? columns : 100;
  return {
    width: Math.min(140, Math.max(40, width)),
    color: wantsColor(input),
    unicode: !isTTY || showsUnicode(env),
  };
}

function wantsColor({ isTTY, env, noColor = false }: OutputFacts): boolean {
  if (noColor || isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** The Linux console has no glyphs beyond its 512; an explicit locale without UTF-8 is taken at its word. */
function showsUnicode(env: OutputFacts['env']): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false;
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet);
  return locale === undefined || /utf-?8/i.test(locale);
}

export type Paint = 'good' | 'bad' | 'unsure' | 'faint' | 'strong' | 'title';

const FORMATS = {
  good: ['green'],
  bad: ['bold', 'red'],
  unsure: ['bold', 'yellow'],
  faint: ['dim'],
  strong: ['bold'],
  title: ['bold', 'cyan'],
} as const;

/** Colours a text where the style has colours. Never the only bearer of a meaning. */
export function paint(style: TextStyle, how: Paint, text: string): string {
  // The style has decided already; styleText's own check would look at the environment of this process instead.
  return style.color && text !== '' ? styleText([...FORMATS[how]], text, { validateStream: false }) : text;
}

const PAINTS = {
  holds: 'good',
  contradicted: 'bad',
  inconclusive: 'unsure',
  skipped: 'faint',
} as const satisfies Record<VerdictKind, Paint>;

/** The one-column sign of a verdict: ✔ ✖ ? –, in ASCII + x ? - */
export function verdictGlyph(style: TextStyle, kind: VerdictKind): string {
  const glyph = {
    holds: style.unicode ? '✔' : '+',
    contradicted: style.unicode ? '✖' : 'x',
    inconclusive: '?',
    skipped: style.unicode ? '–' : '-',
  }[kind];
  return paint(style, PAINTS[kind], glyph);
}

/**
 * The text with the typographic signs that reports use replaced where only ASCII can be shown. Other letters stay:
 * a wrong letter is better than a lost one.
 */
export function plainSigns(style: TextStyle, text: string): string {
  if (style.unicode) return text;
  return text.replace(/[·–—…→✔✖≠│“”‘’]/gu, (sign) => ASCII[sign] ?? sign);
}

const ASCII: Readonly<Record<string, string>> = {
  '·': '-',
  '–': '-',
  '—': '-',
  '…': '...',
  '→': '->',
  '✔': '+',
  '✖': 'x',
  '≠': '!=',
  '│': '|',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};
