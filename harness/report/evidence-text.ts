import { formatArgv } from '../core/command.ts';
import type { Observation } from '../core/observation.ts';
import type { ClaimSummary } from './run-summary.ts';

/** All evidence of a claim as plain text: for formats that have one place for it. '' when there is none. */
export function evidenceText(claim: ClaimSummary): string {
  return [partText('subject', claim.subject), partText('control', claim.control)]
    .filter((part) => part !== '')
    .join('\n');
}

function partText(role: string, observation: Observation | undefined): string {
  if (observation === undefined) return '';
  const unknown = observation.kind === 'unknown' ? [`${role}: could not look: ${observation.why}`] : [];
  const looks = observation.evidence.map(
    ({ vantage, where, argv, outcome, stdout, stderr, at, durationMs }) =>
      [
        `${role} · ${vantage}: ${where} · ${outcome} · ${String(Math.round(durationMs))} ms · ${at}`,
        vantage === 'API' ? argv.join(' ') : `$ ${formatArgv(argv)}`,
        ...[stdout, stderr].map((text) => text.trimEnd()).filter((text) => text !== ''),
      ].join('\n'),
  );
  return [...unknown, ...looks].join('\n');
}
