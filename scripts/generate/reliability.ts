import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { NOT_PLANTED } from '../../harness/faults/not-planted.ts';
import type { FaultRow } from '../../harness/faults/run-faults.ts';

/**
 * Fills the tables of docs/reliability.md from the last recorded run of the fault suite (docs/recorded-faults.json,
 * written by `npm run test:faults -- --needs nothing,kind --json docs/recorded-faults.json`) and of many kills
 * (docs/recorded-kills.json: `-- --needs kind --only F02 --seed 7 --times 100`).
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

const recorded = await read('docs/recorded-faults.json');
const kills = await read('docs/recorded-kills.json');
const before = await readFile(PAGE, 'utf8');
if (!PART.test(before)) throw new Error('docs/reliability.md has no part for the faults');
const after = await format(
  before.replace(
    PART,
    () =>
      `<!-- faults:start -->\n\n${tables(recorded)}\n\n${killTable(kills)}\n\n${notPlanted()}\n\n<!-- faults:end -->`,
  ),
  { parser: 'markdown', printWidth: 110, singleQuote: true },
);

if (!process.argv.includes('--check')) {
  await writeFile(PAGE, after);
} else if (after !== before) {
  console.error('docs/reliability.md is not current: run node scripts/generate/reliability.ts');
  process.exitCode = 1;
}

async function read(file: string): Promise<Recorded> {
  return JSON.parse(await readFile(new URL(file, root), 'utf8')) as Recorded;
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
      // The kills have a table of their own.
      .filter((row) => !isMalformed(row) && row.id !== 'F02')
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

/** How often a run was killed while it made, used or removed its cluster, and what became of that. */
function killTable({ date, rows: all }: Recorded): string {
  // A run that was over before its moment came was not killed.
  const rows = all.filter(({ seen }) => seen.startsWith('SIGKILL'));
  const seed = /seed \d+/.exec(rows[0]?.what ?? '')?.[0] ?? 'no seed';
  const parts = ['create', 'run', 'delete'].map((part) => ({
    part,
    own: rows.filter(({ seen }) => seen.startsWith(`SIGKILL, ${part}, `)),
  }));
  return [
    `Recorded on ${date}: ${String(rows.length)} runs that made engine and cluster were killed (SIGKILL), each at a moment of its own, ${seed}.`,
    '',
    '| killed while | kills | with nothing left within 60 s | clean after, median | slowest |',
    '| --- | --- | --- | --- | --- |',
    ...[...parts, { part: 'all', own: rows }].map(({ part, own }) => {
      const times = own.flatMap(({ cleanMs }) => cleanMs ?? []).sort((a, b) => a - b);
      const clean = own.filter(({ cleanMs }) => cleanMs !== null && cleanMs <= 60_000).length;
      const median = times[Math.floor(times.length / 2)] ?? null;
      return line([part, String(own.length), String(clean), seconds(median), seconds(times.at(-1) ?? null)]);
    }),
  ].join('\n');
}

function notPlanted(): string {
  return [
    'Not planted here:',
    '',
    '| id | fault | why not |',
    '| --- | --- | --- |',
    ...NOT_PLANTED.map(({ id, what, why }) => line([id, what, why])),
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('__proto__', '`__proto__`')).join(' | ')} |`;
}

function seconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`;
}
