import type { CheckResult, Diagnosis, Level } from '../core/diagnosis.ts';
import { formatMs } from './duration.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { paint, plainSigns, type Paint, type TextStyle } from './text-style.ts';
import { padText, wrapText } from './text-width.ts';

interface Look {
  readonly sign: string;
  readonly ascii: string;
  readonly paint: Paint;
  /** Said in words too, where the sign alone could be misread. */
  readonly word?: string;
}

const LOOKS = {
  ok: { sign: '✔', ascii: '+', paint: 'good' },
  skipped: { sign: '–', ascii: '-', paint: 'faint', word: 'skipped' },
  info: { sign: 'i', ascii: 'i', paint: 'strong' },
  'auto-fixed': { sign: '✔', ascii: '+', paint: 'good', word: 'auto-fixed' },
  warn: { sign: '!', ascii: '!', paint: 'unsure' },
  fail: { sign: '✖', ascii: 'x', paint: 'bad' },
  refuse: { sign: '✖', ascii: 'x', paint: 'bad', word: 'refused' },
} as const satisfies Record<Level, Look>;

/** In the order of the closing line. */
const LEVELS: readonly Level[] = ['ok', 'skipped', 'info', 'auto-fixed', 'warn', 'fail', 'refuse'];

const INDENT = 6;
const LABEL = 6;
const FINDING_INDENT = 2;

/**
 * The doctor's findings for people: one line each, and below what asks for something to be done the reason, the cure
 * and where to read on. Ends with a line break.
 */
export function doctorTable(diagnosis: Diagnosis, style: TextStyle): string {
  const { checks, ms } = diagnosis;
  const width = Math.max(0, ...checks.map(({ title }) => title.length));
  const lines = checks.flatMap((check) => checkLines(check, width, style));
  return plainSigns(style, `${[...lines, '', paint(style, 'strong', totals(checks, ms))].join('\n')}\n`);
}

/**
 * A finding that does not stop a run, as lines: what goes on is indented below its id.
 *
 * @example ['! D10 inotify: 128 instances, 61 used · As root: sysctl …']
 */
export function findingLines(
  { id, title, level, seen, fix }: CheckResult,
  style: TextStyle,
): readonly string[] {
  const advice = fix === undefined ? '' : ` · ${fix}`;
  const text = sanitizeText(`${id} ${title}: ${seen}${advice}`);
  return wrapText(text, style.width - FINDING_INDENT).map((line, index) =>
    plainSigns(style, `${index === 0 ? `${sign(level, style)} ` : ' '.repeat(FINDING_INDENT)}${line}`),
  );
}

function checkLines(check: CheckResult, titleWidth: number, style: TextStyle): readonly string[] {
  const { id, title, level, cause, fix, doc } = check;
  const head = `${sign(level, style)} ${id} ${paint(style, 'strong', padText(title, titleWidth))}  `;
  const left = id.length + titleWidth + 5;
  const { word }: Look = LOOKS[level];
  const text = sanitizeText(word === undefined ? check.seen : `${word}: ${check.seen}`);
  const [first = '', ...rest] = wrapText(text, style.width - left);
  const lines = [head + first, ...rest.map((line) => ' '.repeat(left) + line)];
  if (cause === undefined && fix === undefined) return lines;
  return [
    ...lines,
    ...field('why', cause, style),
    ...field('fix', fix, style),
    ...(level === 'auto-fixed' ? [] : field('more', doc, style)),
  ];
}

function field(label: string, value: string | undefined, style: TextStyle): readonly string[] {
  if (value === undefined) return [];
  return wrapText(sanitizeText(value), style.width - INDENT - LABEL).map(
    (line, index) =>
      ' '.repeat(INDENT) +
      (index === 0 ? paint(style, 'faint', label.padEnd(LABEL)) : ' '.repeat(LABEL)) +
      line,
  );
}

function sign(level: Level, style: TextStyle): string {
  const { sign: glyph, ascii, paint: how } = LOOKS[level];
  return paint(style, how, style.unicode ? glyph : ascii);
}

function totals(checks: readonly CheckResult[], ms: number): string {
  const counts = LEVELS.map(
    (level) => [level, checks.filter((check) => check.level === level).length] as const,
  );
  const told = counts.filter(([level, count]) => count > 0 || level === 'fail');
  return [
    `${String(checks.length)} checks`,
    ...told.map(([level, count]) => `${String(count)} ${level}`),
    formatMs(ms),
  ].join(' · ');
}
