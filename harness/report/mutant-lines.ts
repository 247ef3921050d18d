import { paint, verdictGlyph, type Look } from './look.ts';
import type { ClaimSummary, MutantSummary } from './run-summary.ts';
import { wrapText } from './text-width.ts';

export const MUTANTS_HEADING = 'mutants · changed manifests under which the claims must fall';

/** One mutant: what was changed and whether the claims noticed. A survivor says which claim is worth nothing. */
export function mutantLines(mutant: MutantSummary, look: Look): readonly string[] {
  const { glyph, word } = outcomeOf(mutant, look);
  const change = mutant.planned.change ?? mutant.planned.title;
  const text = `${mutant.name}: ${change} ${look.unicode ? '→' : '->'} `;
  const lines = wrapText(`${text}${word}`, look.width - 4);
  const colored = lines.map((line) =>
    mutant.outcome === 'killed' ? line : line.replace(word, paint(look, COLORS[mutant.outcome], word)),
  );
  return [
    ...colored.map((line, index) => (index === 0 ? `  ${glyph} ${line}` : `    ${line}`)),
    ...mutant.claims.flatMap((claim) => claimLines(claim, look)),
    ...(mutant.error === undefined ? [] : indented(`error: ${mutant.error}`, look)),
  ];
}

const COLORS = { survived: 'bad', inconclusive: 'unsure', skipped: 'faint' } as const;

function outcomeOf(mutant: MutantSummary, look: Look): { readonly glyph: string; readonly word: string } {
  switch (mutant.outcome) {
    case 'killed':
      return { glyph: verdictGlyph(look, 'holds'), word: 'contradicted as it must' };
    case 'survived':
      return { glyph: verdictGlyph(look, 'contradicted'), word: 'SURVIVED' };
    case 'inconclusive':
      return { glyph: verdictGlyph(look, 'inconclusive'), word: 'INCONCLUSIVE' };
    case 'skipped':
      return { glyph: verdictGlyph(look, 'skipped'), word: 'skipped' };
  }
}

/** Only what went wrong: a claim that fell has done its duty. */
function claimLines(claim: ClaimSummary, look: Look): readonly string[] {
  const { must } = claim.planned;
  switch (claim.verdict?.kind) {
    case 'contradicted':
    case 'skipped':
      return [];
    case 'holds':
      return indented(`still holds: ${must} · seen ${claim.seen} (control: ${claim.controlSeen})`, look);
    case 'inconclusive':
      return indented(`not known: ${must} · ${claim.verdict.why}`, look);
    case undefined:
      return indented(`no verdict: ${must}`, look);
  }
}

function indented(text: string, look: Look): readonly string[] {
  return wrapText(text, look.width - 6).map((line) => `      ${line}`);
}
