import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSums, parseParts, sumPart } from './ci/sum.ts';

/**
 * `node scripts/ci.ts FOLDER` sums what `.ci/run` left in that folder: `parts.tsv` and one result file per part.
 * Ends with 1 when anything failed or nothing ran.
 */
const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node scripts/ci.ts FOLDER');
  process.exitCode = 2;
} else {
  const sums = parseParts(readFileSync(join(folder, 'parts.tsv'), 'utf8')).map((part) => {
    const file = join(folder, `${part.name}.${part.kind === 'leaks' ? 'txt' : 'json'}`);
    return sumPart({ ...part, result: existsSync(file) ? readFileSync(file, 'utf8') : undefined });
  });
  console.log(formatSums(sums));
  if (sums.length === 0 || sums.some(({ failed }) => failed > 0)) process.exitCode = 1;
}
