import type { Places } from '../config/places.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { lineRange } from '../report/line-range.ts';
import { loadScenarios } from '../scenario/load.ts';

/** Scenarios and claims, for people or (`json`) for programs. */
export async function listCommand(
  options: { readonly json: boolean },
  places: Places,
  write: (text: string) => void,
): Promise<ExitCode> {
  const scenarios = await loadScenarios(places.scenarios);
  if (options.json) {
    const rows = scenarios.map(({ id, title, article, claims, mutants }) => ({
      id,
      title,
      article,
      claims: claims.map(({ id: claimId, must, source, correction, subject, control }) => ({
        id: claimId,
        must,
        source,
        correction: correction ?? null,
        subject,
        control,
      })),
      mutants: mutants.map(({ id: mutantId, change, fells }) => ({ id: mutantId, change, fells })),
    }));
    write(`${JSON.stringify(rows, null, 2)}\n`);
    return EXIT_CODES.ok;
  }
  const say = (text: string): void => write(sanitizeText(text));
  for (const { id, title, article, claims, mutants } of scenarios) {
    say(`${id} · article ${lineRange(article.lines)} · ${String(mutants.length)} mutants\n  ${title}\n`);
    for (const claim of claims) say(`    ${claim.id.padEnd(24)} ${claim.must}\n`);
    say('\n');
  }
  return EXIT_CODES.ok;
}
