import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { Diagnosis, Finding, Level } from '../core/diagnosis.ts';
import { CHECKS } from './all-checks.ts';
import { docOf, type Check } from './check.ts';
import { examine } from './examine.ts';
import { once } from './once.ts';
import { patientWith } from './testing/healthy-patient.ts';
import { errorOf } from './verdict.ts';

const fine: Finding = { level: 'ok', tried: '', seen: 'fine' };

function check(id: string, look: Check['look'], limitMs = 1000): Check {
  return {
    id,
    title: 'Title',
    moment: 'doctor',
    limitMs,
    about: { looks: '', matters: '', levels: {}, fix: [] },
    look,
  };
}

const run = (checks: readonly Check[], ms = 5000): Promise<Diagnosis> =>
  examine(checks, patientWith(), { deadline: Deadline.in(ms, 'the test') });

describe('examine', () => {
  test('a check that breaks, or never ends, is a warning and hides no other', async () => {
    const { checks } = await run([
      check('D01', () => {
        throw new Error('at once');
      }),
      check('D02', () => Promise.reject(new Error('later'))),
      check('D03', () => new Promise<Finding>(() => undefined), 50),
      check('D04', () => fine),
    ]);
    expect(checks.map(({ id, level, seen }) => `${id} ${level} ${seen}`)).toEqual([
      'D01 warn could not look: at once',
      'D02 warn could not look: later',
      expect.stringMatching(/^D03 warn could not look: Waited 0\.\d s for check D03/),
      'D04 ok fine',
    ]);
  });

  test('checks run side by side, and none outlives the whole', async () => {
    const startedAt = performance.now();
    const hangs = Array.from({ length: 20 }, (_, index) =>
      check(`D${String(index)}`, () => new Promise<Finding>(() => undefined), 5000),
    );
    const { checks } = await run(hangs, 100);
    expect(new Set(checks.map(({ level }) => level))).toEqual(new Set(['warn']));
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('an interruption ends it', async () => {
    const stop = new AbortController();
    const deadline = Deadline.in(5000, 'the test', stop.signal);
    const examining = examine([check('D01', () => new Promise<Finding>(() => undefined))], patientWith(), {
      deadline,
    });
    stop.abort(new Error('Ctrl-C'));
    await expect(examining).rejects.toThrow('Ctrl-C');
  });
});

test('what checks share is looked up once, also when they ask at the same time', async () => {
  let asked = 0;
  const ask = once(() => Promise.resolve(++asked));
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  expect(await ask()).toBe(1);
});

describe('errorOf', () => {
  const found = (id: string, level: Level): Diagnosis['checks'][number] => ({
    ...{
      id,
      level,
      title: 'T',
      tried: '',
      seen: `seen ${id}`,
      cause: `cause ${id}`,
      fix: `fix ${id}`,
      doc: `doc-${id}`,
      ms: 1,
    },
  });

  test('warnings do not stop a run', () => {
    expect(errorOf({ ms: 1, checks: [found('D01', 'warn'), found('D02', 'auto-fixed')] })).toBeUndefined();
  });

  test('all failures are told at once', () => {
    expect(
      errorOf({ ms: 1, checks: [found('D01', 'ok'), found('D02', 'fail'), found('D03', 'fail')] }),
    ).toMatchObject({
      code: 'DOCTOR_FAILED',
      exitCode: 3,
      message: 'D02 T: seen D02. cause D02\nD03 T: seen D03. cause D03',
      hint: 'fix D02\nfix D03',
      context: { 'more about it': 'doc-D02, doc-D03' },
    });
  });

  test('a failure that has a code of its own gives it to the run, if it is the only one', () => {
    const missing = { ...found('D28', 'fail'), code: 'MINIKUBE_MISSING' };
    expect(errorOf({ ms: 1, checks: [found('D01', 'ok'), missing] })).toMatchObject({
      code: 'MINIKUBE_MISSING',
      exitCode: 3,
    });
    expect(errorOf({ ms: 1, checks: [missing, found('D29', 'fail')] })).toMatchObject({
      code: 'DOCTOR_FAILED',
    });
  });

  test('a refusal outranks a failure', () => {
    const error = errorOf({ ms: 1, checks: [found('D02', 'fail'), found('D04', 'refuse')] });
    expect(error).toMatchObject({ code: 'DOCTOR_REFUSED', exitCode: 8 });
  });
});

test('checks are in order, and each has a place of its own in the documentation', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(CHECKS.map(docOf)).size).toBe(CHECKS.length);
  expect(docOf({ id: 'D20', title: 'Lock on your kubeconfig' })).toBe(
    'docs/doctor.md#d20-lock-on-your-kubeconfig',
  );
});
