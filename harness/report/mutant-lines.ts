import type { ClaimOptions } from './claim-lines.ts';
import { evidenceLines } from './evidence-lines.ts';
import { firstAttemptLines } from './retry-lines.ts';
import type { ClaimSummary, MutantOutcome, MutantSummary } from './run-summary.ts';
import { paint, verdictGlyph, type TextStyle } from './text-style.ts';
import { wrapText } from './text-width.ts';

const HEADING = 'mutants · changed on purpose, so every one must be contradicted';

/**
 * The lines of one mutant, below the headings that it is the first to need: one for all mutants, one for those of a
 * scenario.
 */
export function mutantBlock(
  mutant: MutantSummary,
  previous: MutantSummary | undefined,
  options: ClaimOptions,
): readonly string[] {
  const { style } = options;
  const { scenario } = mutant.planned;
  return [
    ...(previous === undefined ? [paint(style, 'title', HEADING)] : []),
    ...(previous?.planned.scenario === scenario ? [] : [`  ${paint(style, 'strong', scenario)}`]),
    ...mutantLines(mutant, options),
  ];
}

/** What was changed and whether the claims noticed. A survivor says which claim is worth nothing. */
function mutantLines(mutant: MutantSummary, { style, verbose }: ClaimOptions): readonly string[] {
  const { verdict, word, how } = OUTCOMES[mutant.outcome];
  const change = mutant.planned.change ?? mutant.planned.title;
  // With spaces that do not break, the outcome stays in one piece.
  const lines = wrapText(`${change} → ${word.replaceAll(' ', '\u00a0')}`, style.width - 6);
  const [first = '', ...rest] = lines.map((line) => {
    const text = line.replaceAll('\u00a0', ' ');
    return text.endsWith(word) ? text.slice(0, -word.length) + paint(style, how, word) : text;
  });
  return [
    `    ${verdictGlyph(style, verdict)} ${first}`,
    ...rest.map((line) => `      ${line}`),
    ...mutant.claims.flatMap((claim) => [
      ...claimLines(claim, { style, verbose }),
      ...firstAttemptLines(claim, style),
    ]),
    ...(mutant.error === undefined ? [] : indented(`error: ${mutant.error}`, style)),
  ];
}

const OUTCOMES = {
  killed: { verdict: 'holds', word: 'contradicted as it must', how: 'good' },
  survived: { verdict: 'contradicted', word: 'SURVIVED', how: 'bad' },
  inconclusive: { verdict: 'inconclusive', word: 'INCONCLUSIVE', how: 'unsure' },
  skipped: { verdict: 'skipped', word: 'skipped', how: 'faint' },
} as const satisfies Record<MutantOutcome, object>;

/** Normally only what went wrong: a claim that fell has done its duty. */
function claimLines(claim: ClaimSummary, { style, verbose }: ClaimOptions): readonly string[] {
  const { must } = claim.planned;
  const evidence = (always: boolean): readonly string[] =>
    always || verbose ? evidenceLines(claim, style) : [];
  switch (claim.verdict?.kind) {
    case 'contradicted':
      return verbose ? [...indented(`fell: ${must} · seen: ${claim.seen}`, style), ...evidence(true)] : [];
    case 'skipped':
      return verbose ? indented(`skipped: ${must} · ${claim.verdict.reason}`, style) : [];
    case 'holds':
      return [
        ...indented(`still holds: ${must} · seen: ${claim.seen} (control: ${claim.controlSeen})`, style),
        ...evidence(true),
      ];
    case 'inconclusive':
      return [...indented(`not known: ${must} · ${claim.verdict.why}`, style), ...evidence(true)];
    case undefined:
      return indented(`no verdict: ${must}`, style);
  }
}

function indented(text: string, style: TextStyle): readonly string[] {
  return wrapText(text, style.width - 6).map((line) => `      ${line}`);
}
