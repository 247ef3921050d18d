import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Places } from '../config/places.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { lineRange } from '../report/line-range.ts';
import { loadScenarios } from '../scenario/load.ts';
import { choose } from '../scenario/plan.ts';
import type { LoadedScenario } from '../scenario/types.ts';

/** One scenario in full, or only the commands to repeat it by hand. */
export async function showCommand(
  id: string,
  options: { readonly commands: boolean },
  places: Places,
  write: (text: string) => void,
): Promise<ExitCode> {
  const [scenario] = choose(await loadScenarios(places.scenarios), { ids: [id] });
  if (scenario === undefined) return EXIT_CODES.usage;
  const say = (text: string): void => write(sanitizeText(text, Infinity));
  if (options.commands) say(await commandsOf(scenario));
  else await describe(scenario, say);
  return EXIT_CODES.ok;
}

async function describe(scenario: LoadedScenario, write: (text: string) => void): Promise<void> {
  const { id, title, article, claims, mutants, manifestFile } = scenario;
  write(`${id} · ${title}\narticle ${lineRange(article.lines)}, “${article.heading}”\n\n`);
  for (const claim of claims) {
    write(`${claim.id}\n  ${claim.must}\n`);
    write(`  article ${lineRange(claim.source.lines)}: “${claim.source.sentence}”\n`);
    if (claim.correction !== undefined) write(`  not quite right: ${claim.correction}\n`);
    write(`  subject ${claim.subject} must show: ${claim.subjectShows.text}\n`);
    write(`  control ${claim.control} must show: ${claim.controlShows.text}\n`);
    write(
      `  mutants: ${mutants
        .filter(({ fells }) => fells.includes(claim.id))
        .map(({ change }) => change)
        .join(' · ')}\n\n`,
    );
  }
  write(`${relative(process.cwd(), manifestFile)}\n\n${await readFile(manifestFile, 'utf8')}`);
}

/** The section of the scenario's README that holds the commands, so that they are written and tried once. */
async function commandsOf({ folder }: LoadedScenario): Promise<string> {
  const readme = await readFile(`${folder}/README.md`, 'utf8');
  const section = /\n## By hand\n([\s\S]*?)(?=\n## |$)/.exec(readme)?.[1] ?? '';
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code = '']) => code.trimEnd());
  return blocks.length === 0
    ? 'The README of this scenario has no section “By hand”.\n'
    : `${blocks.join('\n')}\n`;
}
