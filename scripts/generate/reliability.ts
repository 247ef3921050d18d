import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import type { FaultRow } from '../../harness/faults/run-faults.ts';

/**
 * Fills the tables of docs/reliability.md from the last recorded run of the fault suite (docs/recorded-faults.json,
 * written by `npm run test:faults -- --json docs/recorded-faults.json`).
 *
 * Run as `node scripts/generate/reliability.ts [--check]`.
 */
const root = new URL('../../', import.meta.url);
const PAGE = new URL('docs/reliability.md', root);
const PART = /<!-- faults:start -->[\s\S]*?<!-- faults:end -->/;

interface Recorded {
  readonly date: string;
  readonly rows: readonly FaultRow[];
}

const recorded = JSON.parse(await readFile(new URL('docs/recorded-faults.json', root), 'utf8')) as Recorded;
const before = await readFile(PAGE, 'utf8');
if (!PART.test(before)) throw new Error('docs/reliability.md has no part for the faults');
const after = await format(
  before.replace(PART, () => `<!-- faults:start -->\n\n${tables(recorded)}\n\n<!-- faults:end -->`),
  { parser: 'markdown', printWidth: 110, singleQuote: true },
);

if (!process.argv.includes('--check')) {
  await writeFile(PAGE, after);
} else if (after !== before) {
  console.error('docs/reliability.md is not current: run node scripts/generate/reliability.ts');
  process.exitCode = 1;
}

function tables({ date, rows }: Recorded): string {
  const isMalformed = ({ id }: FaultRow): boolean => id.startsWith('Y');
  const classes = [...Map.groupBy(rows.filter(isMalformed), ({ id }) => id)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return [
    `Recorded on ${date}: ${String(rows.length)} faults, ${String(rows.filter(({ isOk }) => !isOk).length)} not taken as they should.`,
    '',
    '| id | fault | expected | seen | ended after | clean after |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows
      .filter((row) => !isMalformed(row))
      .map(({ id, what, expected, seen, ms, cleanMs, isOk }) =>
        line([id, what, expected, isOk ? seen : `**${seen}**`, seconds(ms), seconds(cleanMs)]),
      ),
    '',
    '| id | malformed scenario files | expected | as expected | slowest |',
    '| --- | --- | --- | --- | --- |',
    ...classes.map(([id, own]) =>
      line([
        id,
        own.map(({ what }) => what).join('; '),
        own[0]?.expected ?? '',
        `${String(own.filter(({ isOk }) => isOk).length)} of ${String(own.length)}`,
        seconds(Math.max(...own.map(({ ms }) => ms ?? 0))),
      ]),
    ),
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('__proto__', '`__proto__`')).join(' | ')} |`;
}

function seconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`;
}
