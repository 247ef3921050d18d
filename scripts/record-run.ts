import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJournal } from '../harness/report/journal.ts';
import { consoleReport } from '../harness/report/console.ts';
import { resultOf } from '../harness/report/json.ts';
import { summarize } from '../harness/report/summary.ts';

/**
 * Stores what the README shows of a real run: `node scripts/record-run.ts runs/2026-…`. The console text is written
 * again from the journal, so it is exactly what people saw.
 */
const TARGET = new URL('../docs/recorded-run.json', import.meta.url);

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node scripts/record-run.ts RUN_FOLDER');
  process.exitCode = 2;
} else {
  const events = await readJournal(join(folder, 'journal.ndjson'));
  const result = resultOf(summarize(events));
  const lines: string[] = [];
  const report = consoleReport({
    write: (text) => lines.push(text),
    style: { width: 100, color: false, unicode: true },
    evidence: 'runs/…',
  });
  for (const event of events) report.emit(event);
  const recorded = {
    date: result.run.startedAt.slice(0, 10),
    versions: result.versions,
    exitCode: result.exitCode,
    claims: result.scenarios.flatMap(({ id, claims }) =>
      claims.map((claim) => ({
        scenario: id,
        claim: claim.id,
        verdict: claim.verdict,
        seen: claim.seen,
        controlSeen: claim.controlSeen,
      })),
    ),
    console: lines.join(''),
  };
  const unchanged = await readFile(TARGET, 'utf8').catch(() => '');
  await writeFile(TARGET, `${JSON.stringify(recorded, null, 2)}\n`);
  console.log(unchanged === '' ? 'recorded for the first time' : 'recorded anew');
}
