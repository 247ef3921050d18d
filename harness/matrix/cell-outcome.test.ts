import { describe, expect, test } from '@jest/globals';
import { resultOf } from '../report/json.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import { summarize } from '../report/summary.ts';
import { dated, HOST_PORT, unitEvents, wholeRun } from '../testing/run-events.ts';
import { cellOutcome, isComplete } from './cell-outcome.ts';

const CELL = { provider: 'kind', kubernetes: '1.37', nodes: 3 };
const fine = resultOf(summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT)))));
const exited = (exitCode: number) => ({ kind: 'exited', exitCode }) as const;
const refused: ResultV1 = {
  ...fine,
  ...{ cluster: null, plan: [], scenarios: [], exitCode: 3 },
  problems: [{ code: 'X', message: 'minikube is not installed', hint: null, exitCode: 3, context: {} }],
};

describe('a cell', () => {
  test('that was judged has the exit code of its run', () => {
    expect(cellOutcome(CELL, exited(0), fine)).toEqual({
      state: 'run',
      reason: null,
      problems: [],
      exitCode: 0,
    });
    expect(cellOutcome(CELL, exited(6), fine).exitCode).toBe(6);
  });

  test('whose provider is missing was not run, and says why', () => {
    expect(cellOutcome(CELL, exited(3), refused)).toMatchObject({
      state: 'not run',
      reason: 'minikube is not installed',
      exitCode: 3,
    });
  });

  test('without a result is never green, whatever its process says', () => {
    expect(cellOutcome(CELL, exited(0), undefined)).toMatchObject({ state: 'not run', exitCode: 5 });
    expect(cellOutcome(CELL, exited(0), refused)).toMatchObject({ state: 'not run', exitCode: 5 });
    const lost = cellOutcome(CELL, { kind: 'lost', why: 'it was ended by SIGKILL' }, undefined);
    expect(lost).toMatchObject({ state: 'not run', reason: 'it was ended by SIGKILL', exitCode: 4 });
    expect(cellOutcome(CELL, exited(77), undefined).exitCode).toBe(70);
  });

  test('that ran on something else is no cell of the matrix', () => {
    expect(cellOutcome({ ...CELL, kubernetes: '1.36' }, exited(0), fine)).toMatchObject({
      problems: ['Kubernetes 1.36 was asked for, v1.37.2 ran'],
      exitCode: 5,
    });
    // 1.3 is the beginning of 1.37, and another version.
    expect(cellOutcome({ ...CELL, kubernetes: '1.3' }, exited(0), fine).exitCode).toBe(5);
    const elsewhere = { ...CELL, provider: 'minikube', nodes: 1 };
    expect(cellOutcome(elsewhere, exited(0), fine).problems).toEqual([
      'provider minikube was asked for, kind ran',
      '1 nodes were asked for, 3 ran',
    ]);
  });

  test('is complete when its verdicts are known and the run ended with the code of its result', () => {
    expect(isComplete(0, fine)).toBe(true);
    expect(isComplete(6, { ...fine, exitCode: 6 })).toBe(true);
    expect(isComplete(0, { ...fine, exitCode: 6 })).toBe(false);
    expect(isComplete(4, { ...fine, exitCode: 4 })).toBe(false);
    expect(isComplete(130, { ...fine, exitCode: 130 })).toBe(false);
    expect(isComplete(0, undefined)).toBe(false);
    expect(isComplete(3, refused)).toBe(false);
  });
});
