import { describe, expect, test } from '@jest/globals';
import type { NewRunEvent, PlannedUnit } from '../core/events.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { summarize } from '../report/summary.ts';
import { compare, type JestReport } from './run-judge.ts';

const claim = (id: string, skip?: string): PlannedUnit['claims'][number] => ({
  id,
  must: 'it MUST',
  lines: [1, 2],
  subject: 's',
  control: 'c',
  ...(skip === undefined ? {} : { skip }),
});
const unit: PlannedUnit = {
  scenario: 'host-port',
  title: 't',
  heading: 'h',
  lines: [1, 2],
  claims: [claim('answers'), claim('elsewhere', 'one node')],
};
const mutant: PlannedUnit = { ...unit, mutant: 'removed', change: 'x', claims: [claim('answers')] };
const verdict = (of: PlannedUnit, kind: 'holds' | 'contradicted'): NewRunEvent => ({
  type: 'verdict',
  unit: of,
  claim: 'answers',
  verdict: kind === 'holds' ? { kind } : { kind, reasons: [] },
  expected: '',
  seen: '',
  controlSeen: '',
});
const summary: RunSummary = summarize([
  { type: 'plan', units: [unit, mutant] },
  verdict(unit, 'holds'),
  verdict(mutant, 'contradicted'),
]);

const result = (
  name: string,
  id: string,
  status: string,
): JestReport['testResults'][number]['assertionResults'][number] => ({
  ancestorTitles: [name],
  title: `${id}: it MUST`,
  status,
});
const right = [
  result('host-port', 'answers', 'passed'),
  result('host-port', 'elsewhere', 'pending'),
  result('host-port~removed', 'answers', 'passed'),
];
const report = (
  assertionResults: JestReport['testResults'][number]['assertionResults'],
  message = '',
): JestReport => ({ testResults: [{ message, assertionResults }] });

describe('compare', () => {
  test('agrees when every claim was judged with the same outcome', () => {
    expect(compare(report(right), summary)).toEqual({ agreed: true, detail: '3 tests, the same outcomes' });
  });

  test.each([
    [
      'another outcome',
      [result('host-port', 'answers', 'failed'), ...right.slice(1)],
      'host-port/answers: passed by the run, failed by Jest',
    ],
    ['a claim nobody judged', right.slice(1), 'host-port/answers: passed by the run, absent by Jest'],
    [
      'a skipped claim that was judged',
      [right[0], result('host-port', 'elsewhere', 'passed'), right[2]].flatMap((each) => each ?? []),
      'host-port/elsewhere: pending by the run',
    ],
    [
      'a test nobody planned',
      [...right, result('host-port', 'more', 'passed')],
      '1 tests that nobody planned',
    ],
    ['nothing at all', [], 'absent by Jest'],
  ])('does not agree with %s', (_what, results, detail) => {
    const judgement = compare(report(results), summary);
    expect(judgement.agreed).toBe(false);
    expect(judgement.detail).toContain(detail);
  });

  test('a judge that cannot be loaded is no agreement', () => {
    expect(compare(report([], 'SyntaxError'), summary)).toEqual({
      agreed: false,
      detail: 'Jest could not load the judge: SyntaxError',
    });
  });
});
