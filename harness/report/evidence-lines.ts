import { formatArgv } from '../core/command.ts';
import type { Evidence, Observation } from '../core/observation.ts';
import { paint, type Look } from './look.ts';
import { wrapText } from './text-width.ts';

/** Lines of one output that the console shows; the rest is in the journal. */
const SHOWN_LINES = 12;

/** What was looked at for one pod of a claim: command, where, outcome and output, as one would repeat it by hand. */
export function evidenceLines(
  role: 'subject' | 'control',
  observation: Observation | undefined,
  look: Look,
): readonly string[] {
  if (observation === undefined) return [indented(paint(look, 'unsure', `${role}: not observed`))];
  const unknown =
    observation.kind === 'unknown'
      ? wrapText(`${role}: could not look: ${observation.why}`, look.width - 6).map((line) =>
          indented(paint(look, 'unsure', line)),
        )
      : [];
  return [...unknown, ...observation.evidence.flatMap((each) => lookLines(role, each, look))];
}

function lookLines(role: string, evidence: Evidence, look: Look): readonly string[] {
  const { vantage, where, argv, outcome, durationMs } = evidence;
  const place = where.startsWith(vantage) ? where : `${vantage}: ${where}`;
  const head = `${role} · ${place} · ${outcome} · ${String(Math.round(durationMs))} ms`;
  return [
    ...wrapText(head, look.width - 6).map((line) => indented(paint(look, 'strong', line))),
    ...wrapText(vantage === 'API' ? argv.join(' ') : `$ ${formatArgv(argv)}`, look.width - 8).map(
      (line) => `        ${line}`,
    ),
    ...outputLines(evidence.stdout, look),
    ...outputLines(evidence.stderr, look),
  ];
}

/** The last lines say most: commands print their error at the end. */
function outputLines(output: string, look: Look): readonly string[] {
  const lines = output.trimEnd() === '' ? [] : output.trimEnd().replaceAll('\t', '  ').split('\n');
  const hidden = lines.length - SHOWN_LINES;
  const note = hidden > 0 ? [`… ${String(hidden)} more lines in the journal`] : [];
  return [...note, ...lines.slice(-SHOWN_LINES)]
    .flatMap((line) => wrapText(line, look.width - 10))
    .map((line) => paint(look, 'faint', `        │ ${line}`));
}

function indented(text: string): string {
  return `      ${text}`;
}
