import { formatArgv } from '../core/command.ts';
import type { Evidence, Observation } from '../core/observation.ts';
import { paint, type TextStyle } from './text-style.ts';
import type { ClaimSummary } from './run-summary.ts';
import { wrapText } from './text-width.ts';

/** Lines of one output that the console shows; the rest is in the journal. */
const SHOWN_LINES = 12;

/**
 * What was looked at for both pods of a claim: command, where, outcome and output, as one would repeat it by hand.
 */
export function evidenceLines(claim: ClaimSummary, style: TextStyle): readonly string[] {
  return [...partLines('subject', claim.subject, style), ...partLines('control', claim.control, style)];
}

function partLines(role: string, observation: Observation | undefined, style: TextStyle): readonly string[] {
  if (observation === undefined) return [indented(paint(style, 'unsure', `${role}: never observed`))];
  const unknown =
    observation.kind === 'unknown'
      ? wrapText(`${role}: could not look: ${observation.why}`, style.width - 6)
      : [];
  return [
    ...unknown.map((line) => indented(paint(style, 'unsure', line))),
    ...observation.evidence.flatMap((each) => lookLines(role, each, style)),
  ];
}

function lookLines(role: string, evidence: Evidence, style: TextStyle): readonly string[] {
  const { vantage, where, argv, outcome, durationMs } = evidence;
  const place = where.startsWith(vantage) ? where : `${vantage}: ${where}`;
  const head = `${role} · ${place} · ${outcome} · ${String(Math.round(durationMs))} ms`;
  return [
    ...wrapText(head, style.width - 6).map((line) => indented(paint(style, 'strong', line))),
    ...wrapText(vantage === 'API' ? argv.join(' ') : `$ ${formatArgv(argv)}`, style.width - 8).map(
      (line) => `        ${line}`,
    ),
    ...outputLines(evidence.stdout, style),
    ...outputLines(evidence.stderr, style),
  ];
}

/** The last lines say most: commands print their error at the end. */
function outputLines(output: string, style: TextStyle): readonly string[] {
  const lines = output.trimEnd() === '' ? [] : output.trimEnd().replaceAll('\t', '  ').split('\n');
  const hidden = lines.length - SHOWN_LINES;
  const note = hidden > 0 ? [`… ${String(hidden)} more lines in the journal`] : [];
  return [...note, ...lines.slice(-SHOWN_LINES)]
    .flatMap((line) => wrapText(line, style.width - 10))
    .map((line) => paint(style, 'faint', `        │ ${line}`));
}

function indented(text: string): string {
  return `      ${text}`;
}
