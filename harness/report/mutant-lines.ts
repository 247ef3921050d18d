import type { ClaimOptions } from './claim-lines.ts';
import { evidenceLines } from './evidence-lines.ts';
import type { ClaimSummary, MutantOutcome, MutantSummary } from './run-summary.ts';
import { paint, verdictGlyph, type TextStyle } from './text-style.ts';
import { wrapText } from './text-width.ts';

export const MUTANTS_HEADING = 'mutants · changed on purpose, so every one must be contradicted';

/** One mutant: what was changed and whether the claims noticed. A survivor says which claim is worth nothing. */
export function mutantLines(mutant: MutantSummary, { style, verbose }: ClaimOptions): readonly string[] {
  const { verdict, word, how } = OUTCOMES[mutant.outcome];
  const change = mutant.planned.change ?? mutant.planned.title;
  const lines = wrapText(`${mutant.name}: ${change} → ${word}`, style.width - 4);
  const [first = '', ...rest] = lines.map((line, index) =>
    index === lines.length - 1 && line.endsWith(word)
      ? line.slice(0, -word.length) + paint(style, how, word)
      : line,
  );
  return [
    `  ${verdictGlyph(style, verdict)} ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...mutant.claims.flatMap((claim) => claimLines(claim, { style, verbose })),
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
