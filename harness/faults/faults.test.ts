import { describe, expect, test } from '@jest/globals';
import { FAULTS, select } from './all.ts';
import { titleOf, type Fault } from './fault.ts';
import { tryFaults } from './run-faults.ts';

/** Those that are quick and stand for many; `npm run test:faults` plants all of them. */
const QUICK = [
  'F25 DOCKER_HOST is a socket that is not there',
  'F34 DOCKER_HOST is on another machine',
  'F48 process.exit(0) while a pod is observed',
  'F48 everything that a run waits for is gone',
  'F52 docker prints garbage',
  'Y28 code that ends the process with 0',
];

describe('faults', () => {
  test('each is told apart from all others, and none is left out of the list', () => {
    const titles = FAULTS.map(titleOf);
    expect(new Set(titles).size).toBe(titles.length);
    expect(new Set(FAULTS.map(({ id }) => id)).size).toBeGreaterThanOrEqual(30);
  });

  test('a few quick ones are taken as they should, by the real command line', async () => {
    const chosen = QUICK.map((title) => FAULTS.find((fault) => titleOf(fault) === title));
    expect(chosen.filter((fault) => fault === undefined)).toEqual([]);
    const rows = await tryFaults(
      chosen.flatMap((fault): readonly Fault[] => (fault === undefined ? [] : [fault])),
      () => undefined,
    );
    expect(rows.flatMap(({ what, problems }) => problems.map((problem) => `${what}: ${problem}`))).toEqual(
      [],
    );
    expect(rows).toHaveLength(QUICK.length);
  }, 60_000);

  test('a word chooses by id or by description', () => {
    expect(select(FAULTS, ['F48']).every(({ id }) => id === 'F48')).toBe(true);
    expect(select(FAULTS, ['F25', 'kubectl']).map(({ id }) => id)).toContain('F52');
    expect(select(FAULTS, ['F99'])).toEqual([]);
    expect(select(FAULTS, [])).toHaveLength(FAULTS.length);
  });
});
