import { describe, expect, test } from '@jest/globals';
import { FAULTS, select } from './all.ts';
import { titleOf, type Fault } from './fault.ts';
import { NOT_PLANTED } from './not-planted.ts';
import { tryFaults } from './run-faults.ts';
import { inSubset, stands, SUBSETS } from './subset.ts';

/** Those that are quick and stand for many; `npm run test:faults` plants all of them. */
const QUICK = [
  'F25 DOCKER_HOST is a socket that is not there',
  'F34 DOCKER_HOST is on another machine',
  'F48 process.exit(0) while a pod is observed',
  'F48 everything that a run waits for is gone',
  'F52 docker prints garbage',
  'Y28 code that ends the process with 0',
];

const neverRun: Fault['run'] = () => Promise.reject(new Error('not run here'));

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
  }, 180_000);

  test('a subset names faults that are there, one with each name, and all that need nothing', () => {
    for (const [name, titles] of Object.entries(SUBSETS)) {
      for (const title of titles)
        expect(FAULTS.filter((fault) => stands(title, titleOf(fault))).map(titleOf)).toHaveLength(1);
      const chosen = FAULTS.filter((fault) => inSubset(fault, name));
      const light = FAULTS.filter(({ needs = 'nothing' }) => needs === 'nothing');
      expect(chosen).toHaveLength(light.length + titles.length);
    }
    expect(() => inSubset({ id: 'F00', what: '', exit: 0, run: neverRun }, 'none')).toThrow('no subset none');
  });

  test('every row of the plan is planted or has a reason', () => {
    const ids = [...FAULTS.map(({ id }) => id), ...NOT_PLANTED.map(({ id }) => id)];
    const rows = Array.from({ length: 53 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`);
    expect(rows.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('a word chooses by id or by description', () => {
    expect(select(FAULTS, ['F48']).every(({ id }) => id === 'F48')).toBe(true);
    expect(select(FAULTS, ['F25', 'kubectl']).map(({ id }) => id)).toContain('F52');
    expect(select(FAULTS, ['F99'])).toEqual([]);
    expect(select(FAULTS, [])).toHaveLength(FAULTS.length);
  });
});
