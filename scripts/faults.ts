import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Deadline } from '../harness/core/deadline.ts';
import { applicable, FAULTS, select, withKills } from '../harness/faults/all.ts';
import { titleOf } from '../harness/faults/fault.ts';
import { NOT_PLANTED } from '../harness/faults/not-planted.ts';
import { tryFaults, type FaultRow } from '../harness/faults/run-faults.ts';
import { inSubset, SUBSETS } from '../harness/faults/subset.ts';

/**
 * Plants faults and says how podproof took them: `npm run test:faults`, `-- --only F48`, `-- --needs nothing,engine`,
 * `-- --list`, `-- --json FILE`, `-- --subset ci`, `-- --only F02 --seed 7 --times 100`. Ends with 1 when one was not
 * taken as it should, with 2 when there is none to plant.
 */
const USAGE = `usage: npm run test:faults -- [options]
  --only WORDS     faults whose id or description has these words; may be repeated
  --needs WHAT     nothing, engine, kind; several with commas (default: nothing)
  --subset NAME    few that stand for the rest: ${Object.keys(SUBSETS).join(', ')}
  --list           name them and plant none
  --json FILE      write the rows there
  --verbose        with what podproof wrote, when that is not as it should be
  --seed N         of the moments at which F02 kills
  --times N        how often F02 kills
  --skip N         to go on where an earlier call ended: its rows in the file stay
  --minutes N      after this time no further one is planted (default: 240)`;

const values = readOptions();
const { seed, times, skip } = values;
const known = seed === undefined && times === undefined ? FAULTS : withKills(seed ?? 1, times ?? 20);
const needs = (values.needs ?? (values.subset === undefined ? 'nothing' : 'nothing,engine,kind')).split(',');
const asked = select(known, values.only)
  .filter((fault) => needs.includes(fault.needs ?? 'nothing'))
  .filter((fault) => values.subset === undefined || inSubset(fault, values.subset));
const here = await applicable(asked);
const chosen = here.slice(skip);
for (const fault of asked.filter((each) => !here.includes(each)))
  console.log(`no fault on this machine: ${titleOf(fault)}`);
if (chosen.length === 0) {
  console.error(`there is no fault that fits; \`-- --list\` shows all ${String(known.length)}`);
  process.exitCode = 2;
} else if (values.list) {
  for (const fault of chosen) console.log(titleOf(fault));
  for (const { id, what, why } of NOT_PLANTED) console.log(`not planted: ${id} ${what} (${why})`);
} else {
  const enough = Deadline.in(values.minutes * 60_000, 'all faults to be planted');
  const rows = await tryFaults(chosen, print, enough.signal);
  const bad = rows.filter(({ isOk }) => !isOk).length;
  console.log(
    `${String(rows.length)} faults, ${String(bad)} not taken as they should, ${String(chosen.length - rows.length)} not planted`,
  );
  if (values.json !== undefined) await keep(values.json, rows);
  // What was asked for and not planted is not known to be well.
  if (bad > 0 || rows.length < chosen.length) process.exitCode = 1;
}

function print(row: FaultRow): void {
  const took = `${String(row.ms ?? '-')} ms, clean after ${String(row.cleanMs ?? '-')} ms`;
  console.log(`${row.isOk ? '✔' : '✘'} ${row.id} ${row.what}: ${row.seen} (${took})`);
  for (const problem of row.problems) console.log(`    ${problem}`);
  if (values.verbose && row.output !== undefined) console.log(row.output);
}

/** Writes the rows, after those of the faults that were left out because an earlier call had planted them. */
async function keep(file: string, rows: readonly FaultRow[]): Promise<void> {
  const earlier = skip === 0 ? [] : (await recorded(file)).rows.slice(0, skip);
  const result = { schema: 1, date: new Date().toISOString().slice(0, 10), rows: [...earlier, ...rows] };
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
}

async function recorded(file: string): Promise<{ readonly rows: readonly FaultRow[] }> {
  // Written by `keep` of an earlier call.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(await readFile(file, 'utf8')) as { readonly rows: readonly FaultRow[] };
}

function readOptions() {
  try {
    const { values: read } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        needs: { type: 'string' },
        subset: { type: 'string' },
        list: { type: 'boolean', default: false },
        json: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        seed: { type: 'string' },
        times: { type: 'string' },
        skip: { type: 'string', default: '0' },
        minutes: { type: 'string', default: '240' },
      },
    });
    if (read.subset !== undefined && SUBSETS[read.subset] === undefined)
      throw new Error(`--subset ${read.subset}: there is none of this name.`);
    return {
      ...read,
      seed: wholeNumber('seed', read.seed),
      times: wholeNumber('times', read.times),
      skip: wholeNumber('skip', read.skip) ?? 0,
      minutes: wholeNumber('minutes', read.minutes) ?? 0,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--${name} ${text}: it must be a whole number.`);
  return Number(text);
}
