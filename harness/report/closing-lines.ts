import { EXIT_CODES } from '../core/exit-codes.ts';
import { exitOf, openFindings } from './exit.ts';
import type { RunSummary } from './run-summary.ts';
import { paint, type TextStyle } from './text-style.ts';
import { wrapText } from './text-width.ts';
import { mutantTotals, totalsLine } from './totals.ts';

export interface ClosingOptions {
  readonly style: TextStyle;
  readonly verbose?: boolean;
  /** The run folder as people can open it. */
  readonly evidence?: string;
}

/** The last lines of a run: what is wrong with it as a whole, the totals, and where to read on. */
export function closingLines(summary: RunSummary, options: ClosingOptions): readonly string[] {
  const { style, verbose = false, evidence } = options;
  const { judge } = summary;
  const exit = exitOf(summary);
  return [
    ...openFindings(summary).flatMap(({ text }) => note('INTEGRITY', text, style)),
    ...summary.leftovers.flatMap((text) => note('LEFT BEHIND', text, style)),
    ...(exit === EXIT_CODES.flaky ? note('RETRIED', STRICT, style) : []),
    ...meanwhileLines(summary, style),
    ...summary.kept.flatMap((text) => wrapText(`kept: ${text}`, style.width)),
    ...(judge?.agreed === true ? wrapText(`judged again by ${judge.by}: ${judge.detail}`, style.width) : []),
    // Never wrapped: people and scripts look for this line as a whole.
    paint(style, exit === 0 ? 'good' : 'bad', totalsLine(summary)),
    ...(summary.mutants.length > 0 ? [mutantTotals(summary)] : []),
    ...bundleLines(summary, evidence),
    ...(evidence === undefined ? [] : [`evidence: ${evidence}${verbose ? '' : '   (--verbose shows it)'}`]),
  ];
}

/** So many changes by others are told one by one; all of them are in the journal. */
const TOLD = 5;

function meanwhileLines({ meanwhile }: RunSummary, { width }: TextStyle): readonly string[] {
  if (meanwhile.length === 0) return [];
  const told = meanwhile.slice(0, TOLD).join('; ');
  const more = meanwhile.length > TOLD ? ` and ${String(meanwhile.length - TOLD)} more` : '';
  return wrapText(`changed by others meanwhile: ${told}${more}`, width);
}

/** Not wrapped either: a path that is cut in two cannot be copied. */
function bundleLines({ bundle }: RunSummary, evidence: string | undefined): readonly string[] {
  if (bundle === undefined) return [];
  if (bundle.file === null) return [`no bundle: ${bundle.missing.join('; ')}`];
  const path = evidence === undefined ? bundle.file : `${evidence}/${bundle.file}`;
  return [`bundle:   ${path}   (${mebibytes(bundle.bytes)}, to attach to an issue; without secrets)`];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
const STRICT =
  'what holds held at the second attempt only, which --strict does not accept. Run again; if it stays, look for what made the first attempt fail.';

function note(word: string, text: string, style: TextStyle): readonly string[] {
  const [first = '', ...rest] = wrapText(`${word} ${text}`, style.width - 2);
  return [paint(style, 'unsure', word) + first.slice(word.length), ...rest.map((line) => `  ${line}`)];
}
