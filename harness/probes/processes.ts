import type { CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { ask } from './answer.ts';

/**
 * The command lines of all processes that the runner can see, words joined by spaces. What is searched for never
 * appears in the argv of the search itself, so the search cannot find itself.
 *
 * @throws CannotTell when nothing at all was readable
 */
export async function commandLines(runner: CommandRunner): Promise<readonly string[]> {
  const result = await ask(runner, [
    'find',
    '/proc',
    '-maxdepth',
    '2',
    '-path',
    '/proc/[0-9]*/cmdline',
    '-exec',
    'cat',
    '{}',
    ';',
    '-exec',
    'printf',
    '\\n',
    ';',
  ]);
  const lines = parseCommandLines(result.stdout);
  // The search sees at least itself. A process that ended meanwhile makes find exit 1, which is fine.
  if (lines.length === 0) throw new CannotTell(`${runner.where} shows no process at all`);
  return lines;
}

/** One process per line, its words ended by NUL; kernel threads have none and are left out. */
export function parseCommandLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.split('\0').join(' ').trim())
    .filter((line) => line !== '');
}
