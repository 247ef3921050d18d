import { describe, expect, test } from '@jest/globals';
import type { NewRunEvent, PlannedUnit } from '../core/events.ts';
import type { Verdict } from '../core/verdict.ts';
import { consoleReport } from './console.ts';
import { exitOf } from './exit.ts';
import { resultOf } from './json.ts';
import { markdownSummary } from './markdown.ts';
import { summarize } from './summary.ts';

const NODES = Array.from({ length: 500 }, (_, index) => `node-${String(index).padStart(3, '0')}`);
const must = 'A pod MUST show something';
const claimOf = (id: string): PlannedUnit['claims'][number] => ({
  id,
  must,
  lines: [1, 2],
  subject: 's',
  control: 'c',
});
const unitOn = (node: string): PlannedUnit => ({
  scenario: 'host-network',
  node,
  title: 'title',
  heading: 'heading',
  lines: [1, 2],
  claims: [claimOf('one')],
});

type Answer = readonly [verdict: Verdict, seen: string];
const HOLDS: Answer = [{ kind: 'holds' }, 'as it should be'];
const WRONG: Answer = [
  { kind: 'contradicted', reasons: [{ role: 'subject', expected: 'x', seen: 'something else' }] },
  'something else',
];
const UNCLEAR: Answer = [{ kind: 'inconclusive', why: 'no route to it' }, ''];

function eventsOf(answer: (node: string) => Answer | undefined, nodes = NODES): readonly NewRunEvent[] {
  const evidence = [
    {
      vantage: 'pod',
      where: 'p',
      argv: ['x'],
      outcome: 'exit 0',
      stdout: '',
      stderr: '',
      at: '',
      durationMs: 1,
    },
  ] as const;
  return [
    { type: 'run.started', runId: 'abc', argv: [], podproof: '0' },
    { type: 'plan', units: nodes.map(unitOn) },
    ...nodes.flatMap((node): NewRunEvent[] => {
      const unit = { scenario: 'host-network', node };
      const [verdict, seen] = answer(node) ?? [];
      if (verdict === undefined || seen === undefined)
        return [
          { type: 'unit.started', unit },
          { type: 'unit.finished', unit, ms: 1 },
        ];
      const observation = { kind: 'seen', value: seen, evidence } as const;
      return [
        { type: 'unit.started', unit },
        { type: 'observed', unit, claim: 'one', role: 'subject', observation },
        { type: 'observed', unit, claim: 'one', role: 'control', observation },
        { type: 'verdict', unit, claim: 'one', verdict, expected: 'x', seen, controlSeen: 'the opposite' },
        { type: 'unit.finished', unit, ms: 1 },
      ];
    }),
    { type: 'verdicts.done', ms: 1 },
    { type: 'run.finished', exitCode: 0, ms: 1 },
  ];
}

function told(events: readonly NewRunEvent[]): readonly string[] {
  let text = '';
  const report = consoleReport({
    write: (more) => (text += more),
    style: { width: 100, color: false, unicode: true },
  });
  for (const event of events) report.emit(event);
  return text.split('\n');
}

describe('a claim on 500 nodes', () => {
  test('is one line and an example when all of them bear it out', () => {
    const lines = told(eventsOf(() => HOLDS));
    expect(lines.slice(0, 3)).toEqual([
      'host-network · on every node',
      `  ✔ ${must}`,
      '      500 of 500 nodes hold; on node-000: as it should be (control: the opposite)',
    ]);
    expect(lines.length).toBeLessThan(10);
  });

  test('deviating nodes come first, those with the same answer in one row, the rest is summed', () => {
    const unclear = new Set(['node-100', 'node-101']);
    const lines = told(
      eventsOf((node) => (Number(node.slice(5)) % 50 === 7 ? WRONG : unclear.has(node) ? UNCLEAR : HOLDS)),
    );
    expect(lines.slice(1, 7)).toEqual([
      `  ✖ ${must}`,
      '      node-007, node-057, node-107, node-157, node-207 and 5 more: contradicted, something else',
      '        (control: the opposite)',
      '      node-100, node-101: inconclusive, no route to it',
      '      488 of 500 nodes hold; on node-000: as it should be (control: the opposite)',
      '',
    ]);
  });

  test('of two answers the one that more nodes gave comes first', () => {
    const rare: Answer = [WRONG[0], 'a rare thing'];
    const lines = told(eventsOf((node) => (node === 'node-001' ? rare : node < 'node-010' ? WRONG : HOLDS)));
    const rows = lines.filter((line) => line.includes(': contradicted, '));
    expect(rows.map((row) => row.trim().split(/: | \(/)[1])).toEqual([
      'contradicted, something else',
      'contradicted, a rare thing',
    ]);
  });

  test('stays readable when every node shows something else', () => {
    const events = eventsOf((node) => [WRONG[0], `seen by ${node}`]);
    const lines = told(events);
    expect(lines.length).toBeLessThan(30);
    expect(lines.join('\n')).toContain('… and 490 nodes with other answers, all in result.json');
    expect(markdownSummary(summarize(events)).split('\n').length).toBeLessThan(1500);
    expect(resultOf(summarize(events)).scenarios.map(({ node }) => node)).toEqual(NODES);
  });

  test('counts the claim once per node, the scenario once; a node without a verdict is exit 5, a deviating one 1', () => {
    const summary = summarize(eventsOf((node) => (node === 'node-003' ? undefined : HOLDS)));
    expect(summary.counts).toMatchObject({ scenarios: 1, claims: 500, holds: 499, withoutVerdict: 1 });
    expect(summary.findings.map(({ text }) => text)).toEqual([
      'host-network@node-003/one was planned but never judged',
    ]);
    expect(exitOf(summary)).toBe(5);
    expect(exitOf(summarize(eventsOf((node) => (node === 'node-003' ? WRONG : HOLDS))))).toBe(1);
  });
});
