import { describe, expect, test } from '@jest/globals';
import type { NewRunEvent } from '../core/events.ts';
import {
  CONTRADICTED,
  HOST_PORT,
  HOST_PORT_MUTANT,
  INCONCLUSIVE,
  claim,
  dated,
  judged,
  retriedUnit,
  seen,
  unitEvents,
  wholeRun,
} from '../testing/run-events.ts';
import { resultJson, resultOf } from './json.ts';
import { junitXml } from './junit.ts';
import { markdownSummary } from './markdown.ts';
import { summarize } from './summary.ts';

const summary = (units: Parameters<typeof wholeRun>[0], events: readonly NewRunEvent[]) =>
  summarize(dated(wholeRun(units, events)));

const FOUR = {
  ...HOST_PORT,
  claims: ['a', 'b', 'c'].map((id) => claim(id, `must ${id}`)).concat(claim('d', 'must d', 'one node')),
};
const mixed = summary(
  [FOUR, HOST_PORT_MUTANT],
  [
    ...judged(FOUR, 'a', { seen: '200 from worker' }),
    ...judged(FOUR, 'b', { verdict: CONTRADICTED, seen: 'refused (curl 7)' }),
    ...judged(FOUR, 'c', { verdict: INCONCLUSIVE }),
    { type: 'unit.finished', unit: FOUR, ms: 2500 },
    ...unitEvents(HOST_PORT_MUTANT, { verdict: CONTRADICTED }),
  ],
);
const hostile = summary(
  [HOST_PORT],
  unitEvents(HOST_PORT, {
    verdict: CONTRADICTED,
    seen: '\x1b[31m]]><script>alert("1")</script>\x00\ud800\ufffe | `x` [l](http://e) @team <!--',
    subject: seen('x', { stdout: ']]>\x0b```\n</details>\n' }),
  }),
);

describe('a second attempt', () => {
  const retried = summary([HOST_PORT], retriedUnit(HOST_PORT, { seen: '200 from worker' }));

  test('is a flaky error in JUnit, as dashboards know it, and no failure', () => {
    const xml = junitXml(retried);
    expect(xml).toContain('tests="2" failures="0" errors="0"');
    expect(xml.match(/<flakyError type="inconclusive" message="the stream was cut"\/>/g)).toHaveLength(2);
  });

  test('has its reason in JSON and in Markdown', () => {
    expect(resultOf(retried).scenarios[0]?.claims[0]?.retried).toEqual({ why: 'the stream was cut' });
    expect(resultOf(mixed).scenarios[0]?.claims[0]?.retried).toBeNull();
    expect(markdownSummary(retried)).toContain('✔ holds at the second attempt');
    expect(markdownSummary(retried)).toContain('host-port/answers was tried again: the stream was cut');
  });
});

describe('JUnit', () => {
  test('tells failures, errors and skips apart', () => {
    const xml = junitXml(mixed);
    expect(xml).toContain(
      '<testsuites name="podproof" tests="5" failures="1" errors="1" skipped="1" time="40.000">',
    );
    expect(xml).toContain('<failure type="contradicted" message="expected HTTP 200, seen refused (curl 7)">');
    expect(xml).toContain('<error type="inconclusive" message="the stream was cut">');
    expect(xml).toContain('<skipped message="one node"/>');
    expect(xml).toContain('<property name="kubernetes" value="v1.37.2"/>');
    expect(xml).toContain('$ curl -sS http://127.0.0.1:9000/');
    expect(xml).toContain('timestamp="2026-01-02T03:04:05"');
  });

  test('stays well-formed whatever a pod says', () => {
    const xml = junitXml(hostile);
    expect(xml).toContain(']]&gt;&lt;script&gt;');
    expect(xml).not.toContain(']]>');
    expect(xml).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
    expect(tagsOf(xml)).toEqual([]);
  });

  test('a run that broke off is red even without a single claim', () => {
    const broken = summarize([{ type: 'problem', code: 'NO_ENGINE', message: 'none answers', exitCode: 3 }]);
    expect(junitXml(broken)).toContain('tests="1" failures="0" errors="1"');
  });

  test('leftovers, missing verdicts and survivors are red', () => {
    const leak: NewRunEvent = { type: 'clean', ms: 1, leftovers: ['network x'], kept: [] };
    const xml = junitXml(summary([HOST_PORT, HOST_PORT_MUTANT], [...unitEvents(HOST_PORT_MUTANT), leak]));
    // Two claims without a verdict, as claims and as findings, and what was left behind; the survivor is a failure.
    expect(xml).toContain('tests="6" failures="1" errors="5"');
  });
});

/** What is wrong with the tags; [] for well-formed XML. Enough for what we write, which has no CDATA or comments. */
function tagsOf(xml: string): readonly string[] {
  const tag = /<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|<\?xml[^>]*\?>/g;
  const wrong = /[<>]/.test(xml.replace(tag, '')) ? ['a stray angle bracket'] : [];
  const open: string[] = [];
  for (const [, end, name = '', , self] of xml.matchAll(tag)) {
    if (end === '/' && open.pop() !== name) wrong.push(`</${name}>`);
    if (end === '' && self === '') open.push(name);
  }
  return [...wrong, ...open];
}

describe('JSON', () => {
  test('has everything a program needs to judge again', () => {
    const result = resultOf(mixed);
    expect(result).toMatchObject({
      schema: 1,
      run: { id: 'r1', startedAt: '2026-01-02T03:04:05.000Z' },
      versions: { podproof: '0.1.0', kubernetes: 'v1.37.2' },
      plan: [{ unit: 'host-port', claims: ['a', 'b', 'c', 'd'] }, { unit: 'host-port~hostPort-removed' }],
      counts: { scenarios: 1, claims: 4, holds: 1, contradicted: 1, inconclusive: 1, skipped: 1 },
      cleanup: { leftovers: [], kept: [] },
      integrity: [],
      exitCode: 4,
    });
    expect(result.scenarios[0]?.claims[1]).toMatchObject({
      id: 'b',
      verdict: CONTRADICTED,
      expected: 'HTTP 200',
      subject: { pod: 'pod-hp', observation: { kind: 'seen', value: 'HTTP 200' } },
      control: { pod: 'pod-plain', observation: { kind: 'seen', value: 'refused' } },
    });
    expect(result.mutants[0]).toMatchObject({ mutant: 'hostPort-removed', outcome: 'killed' });
  });

  test('writes what was not reached as null', () => {
    const result: unknown = JSON.parse(resultJson(summarize([]), 130));
    expect(result).toMatchObject({ cluster: null, judge: null, timings: { verdictMs: null }, exitCode: 130 });
  });

  test('survives its own text', () => {
    expect(JSON.parse(resultJson(hostile))).toEqual(JSON.parse(JSON.stringify(resultOf(hostile))));
  });
});

describe('Markdown', () => {
  test('is a table from article lines to verdict', () => {
    const text = markdownSummary(mixed);
    expect(text).toContain('| 39–64 | host-port: must a | 200 from worker (control: refused) | ✔ holds |');
    expect(text).toContain(
      '| 39–64 | host-port: must b | refused (curl 7) (control: refused) | ✖ **contradicted** |',
    );
    expect(text).toContain('| 39–64 | host-port: must d | one node | – skipped |');
    expect(text).toContain('| ✔ contradicted |');
  });

  test('keeps what a pod says from becoming markup', () => {
    const text = markdownSummary(hostile);
    const [row = ''] = text.split('\n').filter((line) => line.startsWith('| 39–64'));
    expect(row.split('|')).toHaveLength(6);
    expect(row).not.toMatch(/<script|[`[]|@team|<!--/);
    // The fence around evidence is longer than any in it.
    expect(text).toContain('````text\n');
  });
});
