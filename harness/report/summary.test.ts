import { describe, expect, test } from '@jest/globals';
import {
  CONTRADICTED,
  ENDED,
  HOST_PORT,
  HOST_PORT_MUTANT,
  INCONCLUSIVE,
  STARTED,
  claim,
  dated,
  judged,
  retriedUnit,
  seen,
  unitEvents,
  unknown,
  wholeRun,
} from '../testing/run-events.ts';
import type { NewRunEvent } from '../core/events.ts';
import { exitOf } from './exit.ts';
import { summarize } from './summary.ts';

const kinds = (events: readonly NewRunEvent[]): readonly string[] =>
  summarize(events).findings.map(({ kind }) => kind);
const exit = (events: readonly NewRunEvent[]): number => exitOf(summarize(events));

const [answers] = HOST_PORT.claims;
const problem = (code: string, exitCode: number): NewRunEvent => ({
  type: 'problem',
  code,
  message: 'x',
  exitCode,
});

describe('a run in which everything holds', () => {
  const events = wholeRun(
    [HOST_PORT, HOST_PORT_MUTANT],
    [...unitEvents(HOST_PORT), ...unitEvents(HOST_PORT_MUTANT, { verdict: CONTRADICTED })],
  );

  test('is exit 0, counted without its mutants', () => {
    const summary = summarize(dated(events));
    expect(summary.counts).toEqual({
      scenarios: 1,
      claims: 2,
      holds: 2,
      contradicted: 0,
      inconclusive: 0,
      skipped: 0,
      withoutVerdict: 0,
      retried: 0,
    });
    expect(summary.mutantCounts).toEqual({ killed: 1, survived: 0, inconclusive: 0, skipped: 0 });
    expect(summary.findings).toEqual([]);
    expect(summary.timings).toMatchObject({ verdictMs: 3400, cleanMs: 1200, totalMs: 40_000 });
    expect(summary.run.startedAt).toBe('2026-01-02T03:04:05.000Z');
    expect(exitOf(summary)).toBe(0);
  });

  test('is the same when units carry their whole plan, as the engine emits them', () => {
    const fat = events.map((event) =>
      event.type === 'verdict' && event.unit.mutant === undefined ? { ...event, unit: HOST_PORT } : event,
    );
    expect(exit(fat)).toBe(0);
  });
});

describe('integrity', () => {
  test('a planned claim without a verdict is found', () => {
    const events = wholeRun([HOST_PORT], judged(HOST_PORT, 'answers'));
    expect(kinds(events)).toEqual(['no verdict']);
    expect(exit(events)).toBe(5);
  });

  test('a verdict that was never planned is found', () => {
    const events = wholeRun([HOST_PORT], [...unitEvents(HOST_PORT), ...judged(HOST_PORT, 'stranger')]);
    expect(kinds(events)).toEqual(['not planned']);
    expect(exit(events)).toBe(5);
  });

  test('a second verdict is found, and the worse of the two is shown', () => {
    const events = wholeRun(
      [HOST_PORT],
      [
        ...unitEvents(HOST_PORT),
        ...judged(HOST_PORT, 'answers', { verdict: CONTRADICTED }),
        ...judged(HOST_PORT, 'answers'),
      ],
    );
    expect(kinds(events)).toEqual(['duplicate verdict']);
    expect(summarize(events).counts).toMatchObject({ holds: 1, contradicted: 1 });
  });

  test('a unit or claim that is planned twice is found', () => {
    const twice = { ...HOST_PORT, claims: [...HOST_PORT.claims, ...HOST_PORT.claims.slice(0, 1)] };
    expect(kinds(wholeRun([twice, HOST_PORT], unitEvents(HOST_PORT)))).toContain('duplicate plan');
    expect(exit(wholeRun([HOST_PORT, HOST_PORT], unitEvents(HOST_PORT)))).toBe(5);
  });

  test('nothing planned is not a success', () => {
    expect(exit([...STARTED, { type: 'plan', units: [] }, ...ENDED])).toBe(5);
    expect(exit([])).toBe(5);
  });

  test('all skipped is not a success either', () => {
    const skipped = { ...HOST_PORT, claims: [claim('two-nodes', 'needs two nodes', 'one node only')] };
    const events = wholeRun([skipped], []);
    expect(summarize(events).counts).toMatchObject({ claims: 1, skipped: 1 });
    expect(kinds(events)).toEqual(['nothing executed']);
    expect(exit(events)).toBe(5);
  });

  test('a planned skip beside claims that hold is a success', () => {
    const some = { ...HOST_PORT, claims: [...HOST_PORT.claims, claim('n2', 'needs two nodes', 'one node')] };
    expect(exit(wholeRun([some], unitEvents(HOST_PORT)))).toBe(0);
  });

  test('a skip that nobody planned is found', () => {
    const events = wholeRun(
      [HOST_PORT],
      [
        ...judged(HOST_PORT, 'answers'),
        ...judged(HOST_PORT, 'own-namespace', { verdict: { kind: 'skipped', reason: 'tired' } }),
      ],
    );
    expect(kinds(events)).toEqual(['unplanned skip']);
  });

  test('a claim cannot hold when one of its pods was not seen', () => {
    const blind = unitEvents(HOST_PORT, { control: unknown('the stream was cut') });
    expect(kinds(wholeRun([HOST_PORT], blind))).toEqual(['holds without proof', 'holds without proof']);
    const unseen = unitEvents(HOST_PORT).filter((event) => event.type !== 'observed');
    expect(exit(wholeRun([HOST_PORT], unseen))).toBe(5);
  });

  test('a claim cannot hold when nothing was asked of one of its pods', () => {
    const made: NewRunEvent[] = unitEvents(HOST_PORT, {
      control: { kind: 'seen', value: 'x', evidence: [] },
    });
    expect(kinds(wholeRun([HOST_PORT], made))).toEqual(['holds without proof', 'holds without proof']);
    expect(exit(wholeRun([HOST_PORT], made))).toBe(5);
  });

  test('a scenario without a claim is found, even beside one that holds', () => {
    const empty = { ...HOST_PORT, scenario: 'empty', claims: [] };
    const events = wholeRun([HOST_PORT, empty], [...unitEvents(HOST_PORT), ...unitEvents(empty)]);
    expect(kinds(events)).toEqual(['nothing to judge']);
    expect(exit(events)).toBe(5);
  });

  test('a judge who disagrees is found', () => {
    const judge: NewRunEvent = { type: 'judge', by: 'jest', agreed: false, detail: '1 differs', ms: 5 };
    expect(exit(wholeRun([HOST_PORT], [...unitEvents(HOST_PORT), judge]))).toBe(5);
  });
});

describe('a second attempt', () => {
  const after = (over: Parameters<typeof retriedUnit>[1]): readonly NewRunEvent[] =>
    wholeRun([HOST_PORT], retriedUnit(HOST_PORT, over));
  const strict = (events: readonly NewRunEvent[]): readonly NewRunEvent[] =>
    events.map((event) => (event.type === 'run.started' ? { ...event, strict: true } : event));

  test('counts instead of the first, which stays to be seen', () => {
    const summary = summarize(after({}));
    expect(summary.findings).toEqual([]);
    expect(summary.counts).toMatchObject({ holds: 2, inconclusive: 0, retried: 2 });
    expect(summary.scenarios[0]?.claims[0]).toMatchObject({
      verdict: { kind: 'holds' },
      subject: { kind: 'seen' },
      retried: { why: 'the stream was cut', isJudged: true },
    });
    expect(summary.scenarios[0]).toMatchObject({ state: 'finished', ms: 5000 });
  });

  test('that holds is exit 0, and 7 where the run is strict', () => {
    expect(exit(after({}))).toBe(0);
    expect(exit(strict(after({})))).toBe(7);
    expect(exit(strict(wholeRun([HOST_PORT], unitEvents(HOST_PORT))))).toBe(0);
  });

  test('that contradicts or cannot tell either is what it is', () => {
    expect(exit(strict(after({ verdict: CONTRADICTED })))).toBe(1);
    expect(exit(after({ verdict: INCONCLUSIVE }))).toBe(4);
  });

  test('that never ended leaves the first verdict, and the unit open', () => {
    const cut = retriedUnit(HOST_PORT).slice(0, -HOST_PORT.claims.length * 3 - 1);
    const events = wholeRun([HOST_PORT], [...cut, problem('TIMEOUT', 4)]);
    expect(summarize(events).counts).toMatchObject({ holds: 0, inconclusive: 2, retried: 0 });
    expect(summarize(events).scenarios[0]?.state).toBe('running');
    expect(exit(events)).toBe(4);
  });

  test('cannot make a contradiction go away', () => {
    const [first] = HOST_PORT.claims;
    const claims = first === undefined ? [] : [first.id];
    const events = wholeRun(
      [HOST_PORT],
      [
        ...unitEvents(HOST_PORT, { verdict: CONTRADICTED }),
        { type: 'retry', unit: HOST_PORT, claims },
        ...judged(HOST_PORT, 'answers'),
      ],
    );
    expect(kinds(events)).toEqual(['unfounded retry']);
    expect(summarize(events).counts).toMatchObject({ contradicted: 2, holds: 0 });
    expect(exit(events)).toBe(5);
  });

  test('is the last', () => {
    const thrice = [
      ...retriedUnit(HOST_PORT, { verdict: INCONCLUSIVE }),
      { type: 'retry', unit: HOST_PORT, claims: ['answers'] } as const,
      ...judged(HOST_PORT, 'answers'),
    ];
    expect(kinds(wholeRun([HOST_PORT], thrice))).toEqual(['unfounded retry']);
  });

  test('covers only the claims that it names', () => {
    const events = wholeRun(
      [HOST_PORT],
      [
        ...judged(HOST_PORT, 'answers', { verdict: INCONCLUSIVE }),
        ...judged(HOST_PORT, 'own-namespace'),
        { type: 'retry', unit: HOST_PORT, claims: ['answers'] },
        ...judged(HOST_PORT, 'answers'),
        ...judged(HOST_PORT, 'own-namespace'),
      ],
    );
    expect(kinds(events)).toEqual(['duplicate verdict']);
  });
});

describe('mutants', () => {
  const outcome = (events: readonly NewRunEvent[], unit = HOST_PORT_MUTANT): string | undefined =>
    summarize(wholeRun([HOST_PORT, unit], [...unitEvents(HOST_PORT), ...events])).mutants[0]?.outcome;
  const both = { ...HOST_PORT_MUTANT, claims: HOST_PORT.claims };

  test('one claim that still holds is enough to survive', () => {
    const events = [
      ...judged(both, 'answers', { verdict: CONTRADICTED }),
      ...judged(both, 'own-namespace', {}),
    ];
    expect(outcome(events, both)).toBe('survived');
    expect(exit(wholeRun([HOST_PORT, both], [...unitEvents(HOST_PORT), ...events]))).toBe(1);
  });

  test('without every verdict nothing is killed', () => {
    expect(outcome(judged(both, 'answers', { verdict: CONTRADICTED }), both)).toBe('inconclusive');
    expect(outcome(unitEvents(both, { verdict: INCONCLUSIVE }), both)).toBe('inconclusive');
    expect(outcome([], { ...both, claims: [] })).toBe('inconclusive');
  });

  test('claims that cannot be judged here do not count', () => {
    const partly = { ...both, claims: [...(answers ? [answers] : []), claim('n2', 'two nodes', 'one node')] };
    expect(outcome(judged(partly, 'answers', { verdict: CONTRADICTED }), partly)).toBe('killed');
    const fully = { ...both, claims: [claim('n2', 'two nodes', 'one node')] };
    expect(outcome([], fully)).toBe('skipped');
  });

  test('an inconclusive mutant is exit 4', () => {
    const events = [...unitEvents(HOST_PORT), ...unitEvents(HOST_PORT_MUTANT, { verdict: INCONCLUSIVE })];
    expect(exit(wholeRun([HOST_PORT, HOST_PORT_MUTANT], events))).toBe(4);
  });
});

describe('exit code', () => {
  const contradicted = unitEvents(HOST_PORT, { verdict: CONTRADICTED });
  const leak: NewRunEvent = { type: 'clean', ms: 1, leftovers: ['container x'], kept: [] };

  test.each([
    ['contradicted', contradicted, 1],
    ['inconclusive', unitEvents(HOST_PORT, { verdict: INCONCLUSIVE }), 4],
    ['something is left behind', [...unitEvents(HOST_PORT), leak], 6],
    ['contradicted and something is left behind', [...contradicted, leak], 1],
    ['interrupted while contradicted', [...contradicted, problem('INTERRUPTED', 130)], 130],
    ['a problem with an unknown code', [...unitEvents(HOST_PORT), problem('X', 77)], 70],
    ['a problem that claims success', [...unitEvents(HOST_PORT), problem('X', 0)], 70],
  ] as const)('%s', (_name, events, code) => {
    expect(exit(wholeRun([HOST_PORT], events))).toBe(code);
  });

  test('a unit that ended with an error is never green', () => {
    const events = unitEvents(HOST_PORT).map((event) =>
      event.type === 'unit.finished' ? { ...event, error: 'pods could not be deleted' } : event,
    );
    expect(exit(wholeRun([HOST_PORT], events))).toBe(4);
  });

  test('a run that broke off reports why, not that verdicts are missing', () => {
    expect(exit([...STARTED, problem('CLUSTER_NOT_READY', 4)])).toBe(4);
    expect(exit(wholeRun([HOST_PORT], [...judged(HOST_PORT, 'answers'), problem('TIMEOUT', 4)]))).toBe(4);
    expect(exit([problem('NO_ENGINE', 3)])).toBe(3);
  });

  test('a failed clean-up does not excuse missing verdicts', () => {
    expect(exit(wholeRun([HOST_PORT], [...judged(HOST_PORT, 'answers'), problem('CLEANUP', 6)]))).toBe(5);
  });
});

test('control characters of a pod do not reach the summary', () => {
  const events = wholeRun([HOST_PORT], unitEvents(HOST_PORT, { subject: seen('\x1b[2Jok\x00') }));
  const [first] = summarize(events).scenarios[0]?.claims ?? [];
  expect(first?.subject).toMatchObject({ value: 'ok', evidence: [{ stdout: 'ok\n' }] });
});
