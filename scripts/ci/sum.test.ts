import { describe, expect, test } from '@jest/globals';
import { formatSums, parseParts, sumPart, type Part } from './sum.ts';

const part = (fields: Partial<Part>): Part => ({
  name: 'p',
  kind: 'jest',
  exitCode: 0,
  result: undefined,
  ...fields,
});

const jest = (passed: number, failed: number, suites: unknown[] = []): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: suites,
  });

const run = (fields: object): string =>
  JSON.stringify({
    schema: 1,
    scenarios: [{ id: 'host-port', claims: [{ id: 'a', verdict: { kind: 'holds' } }] }],
    mutants: [],
    cleanup: { leftovers: [], kept: [] },
    exitCode: 0,
    ...fields,
  });

describe('sumPart', () => {
  test('takes the numbers of Jest and never counts a skipped test as passed', () => {
    expect(sumPart(part({ result: jest(5, 0) }))).toMatchObject({ passed: 5, failed: 0, skipped: 3 });
  });

  test('counts a suite that does not load', () => {
    const suites = [{ name: 'x.test.ts', status: 'failed', assertionResults: [] }];
    const sum = sumPart(part({ exitCode: 1, result: jest(5, 0, suites) }));
    expect(sum).toMatchObject({ passed: 5, failed: 1, failures: ['x.test.ts'] });
  });

  test('counts claims and mutants of a run', () => {
    const result = run({
      scenarios: [
        {
          id: 'host-port',
          claims: [
            { id: 'a', verdict: { kind: 'holds' } },
            { id: 'b', verdict: { kind: 'contradicted', reasons: [] } },
            { id: 'c', verdict: { kind: 'inconclusive', why: 'x' } },
            { id: 'd', verdict: { kind: 'skipped', reason: 'x' } },
            { id: 'e', verdict: null },
          ],
        },
      ],
      mutants: [
        { id: 'host-port', mutant: 'm1', outcome: 'killed' },
        { id: 'host-port', mutant: 'm2', outcome: 'survived' },
      ],
      cleanup: { leftovers: ['container x'], kept: [] },
      exitCode: 1,
    });
    expect(sumPart(part({ kind: 'podproof', exitCode: 1, result }))).toEqual({
      name: 'p',
      passed: 2,
      failed: 5,
      skipped: 1,
      failures: [
        'host-port/b: contradicted',
        'host-port/c: inconclusive',
        'host-port/e: never judged',
        'host-port~m2: survived',
        'left behind: container x',
      ],
    });
  });

  test.each([
    ['no result file', part({})],
    ['nothing ran', part({ result: jest(0, 0) })],
    ['nothing ran', part({ kind: 'podproof', result: run({ scenarios: [] }) })],
    ['nothing ran', part({ kind: 'gates', result: '{"gates":[]}' })],
    ['the command ended with 1', part({ exitCode: 1, result: jest(5, 0) })],
    ['ran into its time limit', part({ exitCode: 124, result: jest(5, 0) })],
    ['exit code 6', part({ kind: 'podproof', exitCode: 6, result: run({ exitCode: 6 }) })],
    [
      'unreadable result file: Error: schema is not 1',
      part({ kind: 'podproof', result: run({ schema: 2 }) }),
    ],
    ['unreadable result file: Error: the field gates is missing', part({ kind: 'gates', result: '{}' })],
    [
      'fault F03 Ctrl-C',
      part({
        kind: 'faults',
        exitCode: 1,
        result:
          '{"rows":[{"id":"F03","what":"Ctrl-C","isOk":false},{"id":"F04","what":"twice","isOk":true}]}',
      }),
    ],
    ['gate lint', part({ kind: 'gates', exitCode: 1, result: '{"gates":[{"name":"lint","ok":false}]}' })],
    ['process dockerd', part({ kind: 'leaks', exitCode: 1, result: 'process dockerd\n' })],
  ])('is red: %s', (failure, given) => {
    expect(sumPart(given)).toMatchObject({ failed: 1, failures: [failure] });
  });

  test('is one passed check when nothing was left behind', () => {
    expect(sumPart(part({ kind: 'leaks', result: '' }))).toMatchObject({ passed: 1, failed: 0 });
  });
});

test('formatSums ends with the sum of all parts', () => {
  const text = formatSums([
    sumPart(part({ name: 'unit', result: jest(5, 0) })),
    sumPart(part({ name: 'e2e' })),
  ]);
  expect(text.split('\n')).toEqual([
    '✔ unit             5 passed   0 failed   3 skipped',
    '✘ e2e              0 passed   1 failed',
    '  e2e: no result file',
    '5 passed, 1 failed',
  ]);
});

test('formatSums cuts a long list of failures short, and still counts all of them', () => {
  const result = Array.from({ length: 43 }, (_, at) => `new: file ${String(at)}`).join('\n');
  const lines = formatSums([sumPart(part({ name: 'leaks', kind: 'leaks', result }))]).split('\n');
  expect(lines).toHaveLength(43);
  expect(lines.slice(-2)).toEqual(['  leaks: and 3 more', '0 passed, 43 failed']);
});

test('parseParts refuses a line it does not understand', () => {
  expect(parseParts('unit\tjest\t0\n')).toEqual([{ name: 'unit', kind: 'jest', exitCode: 0 }]);
  expect(() => parseParts('unit\tmocha\t0\n')).toThrow('not a part');
});
