import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJournal } from '../harness/report/read-journal.ts';
import { recordRun } from '../harness/report/recorded-run.ts';

/** Stores what the documentation shows of a real run: `node scripts/record-run.ts runs/2026-…`. */
const TARGET = new URL('../docs/recorded-run.json', import.meta.url);

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/record-run.ts RUN_FOLDER');
  process.exitCode = 2;
} else {
  const recorded = recordRun(await readJournal(join(folder, 'journal.ndjson')));
  await writeFile(TARGET, `${JSON.stringify(recorded, null, 2)}\n`);
  console.log(`recorded ${String(recorded.claims.length)} claims; now run npm run docs`);
}
