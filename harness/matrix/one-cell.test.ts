import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { resultJson } from '../report/json.ts';
import { summarize } from '../report/summary.ts';
import { dated, HOST_PORT, unitEvents, wholeRun } from '../testing/run-events.ts';
import type { Entry } from './entry.ts';
import { oneCell } from './one-cell.ts';

const CELL = { provider: 'kind', kubernetes: '1.37', nodes: 3 };
const NAME = 'kind-1.37-3';
const FINE = resultJson(summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT)))));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-one-cell-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** @param script what the program of the run does; `mine` is the file that it was told to write */
async function run(script: string): Promise<Entry> {
  const program = join(folder, 'run.mjs');
  const fine = `const fine = ${JSON.stringify(FINE)}; const mine = process.argv.at(-1);`;
  await writeFile(program, `import { writeFileSync } from 'node:fs'; ${fine} ${script}`);
  const never = new AbortController().signal;
  const work = {
    program: [process.execPath, program] as const,
    argsOf: () => [],
    inputsOf: () => 'x',
    ...{ folder, cwd: folder, limitMs: 60_000, stop: never, insist: never },
  };
  return oneCell(CELL, work, () => undefined);
}

const files = async (): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name !== 'run.mjs' && !name.endsWith('.log'));

describe('one cell', () => {
  test('keeps the result that its own run wrote, under the name of the cell', async () => {
    const { told, result } = await run('writeFileSync(mine, fine);');
    expect(told).toMatchObject({ state: 'run', result: { file: `${NAME}.json` } });
    expect(result?.scenarios).toHaveLength(1);
    expect(await files()).toEqual([`${NAME}.json`]);
  });

  test('takes nothing that a run of an earlier, killed matrix writes meanwhile', async () => {
    const others = [`${NAME}.json`, `${NAME}.0badcafe.draft`].map((name) =>
      JSON.stringify(join(folder, name)),
    );
    const { told } = await run(
      `for (const file of [${others.join()}]) writeFileSync(file, fine); process.exit(4);`,
    );
    expect(told).toMatchObject({ state: 'not run', exitCode: 4, result: null });
    await run('writeFileSync(mine, fine);');
    expect(await files()).toEqual([`${NAME}.json`]);
  });
});
