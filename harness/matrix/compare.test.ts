import { describe, expect, test } from '@jest/globals';
import type { NewRunEvent, PlannedUnit } from '../core/events.ts';
import { resultOf } from '../report/json.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import { summarize } from '../report/summary.ts';
import {
  claim,
  CONTRADICTED,
  dated,
  HOST_PORT,
  HOST_PORT_MUTANT,
  judged,
  unitEvents,
  wholeRun,
} from '../testing/run-events.ts';
import { compareResults } from './compare.ts';
import { goesWith } from './goes-with.ts';
import { parseResult } from './read-result.ts';

interface Run {
  readonly kubernetes?: string;
  readonly units?: readonly PlannedUnit[];
  readonly events: readonly NewRunEvent[];
}

function result({ kubernetes = 'v1.37.2', units = [HOST_PORT], events }: Run): ResultV1 {
  const whole = wholeRun(units, events).map((event) =>
    event.type === 'cluster' ? { ...event, facts: { ...event.facts, kubernetes } } : event,
  );
  return resultOf(summarize(dated(whole)));
}

const fine = result({ events: unitEvents(HOST_PORT) });
const fineOn136 = result({ kubernetes: 'v1.36.3', events: unitEvents(HOST_PORT) });
const brokenOn136 = result({
  kubernetes: 'v1.36.3',
  events: [
    ...judged(HOST_PORT, 'answers', { verdict: CONTRADICTED, seen: 'refused (curl 7)' }),
    ...judged(HOST_PORT, 'own-namespace'),
  ],
});

const compare = (...results: readonly (ResultV1 | undefined)[]) =>
  compareResults(results.map((each, index) => ({ name: `cell ${String(index + 1)}`, result: each })));

describe('a comparison', () => {
  test('finds the claim that comes out otherwise in one cell, and what was seen in each', () => {
    const { rows, differences } = compare(fine, brokenOn136);
    expect(rows.map(({ answers }) => answers.map(({ kind }) => kind))).toEqual([
      ['holds', 'contradicted'],
      ['holds', 'holds'],
    ]);
    expect(differences).toMatchObject([
      {
        id: 'host-port/answers',
        isLoud: true,
        groups: [
          { kind: 'holds', cells: [{ name: 'cell 1', answer: { seen: 'HTTP 200 from worker' } }] },
          {
            kind: 'contradicted',
            cells: [
              {
                name: 'cell 2',
                answer: {
                  seen: 'refused (curl 7)',
                  why: 'the subject had to show HTTP 200, but showed refused (curl 7)',
                },
              },
            ],
          },
        ],
        goesWith: [{ fact: 'kubernetes', values: [['v1.37.2'], ['v1.36.3']] }],
      },
    ]);
  });

  test('says nothing where all cells agree, though clusters have other names and addresses', () => {
    const seen = (cluster: string): NewRunEvent[] =>
      unitEvents(HOST_PORT, { seen: `pod IP 10.244.1.${String(cluster.length)} on ${cluster}-worker` });
    const { rows, differences } = compare(
      result({ events: seen('podproof-6edde8') }),
      result({ events: seen('podproof-c7b32b') }),
    );
    expect(differences).toEqual([]);
    expect(rows.some(({ isOtherwiseSeen }) => isOtherwiseSeen)).toBe(false);
  });

  test('tells the same verdict for another reason', () => {
    const other = result({ events: unitEvents(HOST_PORT, { seen: 'HTTP 403 from worker' }) });
    expect(compare(fine, other)).toMatchObject({ rows: [{ isOtherwiseSeen: true }, {}], differences: [] });
  });

  test('a property that agreeing cells do not share is not behind the difference', () => {
    const onAnotherKernel = result({ kubernetes: 'v1.37.9', events: unitEvents(HOST_PORT) });
    expect(compare(fineOn136, brokenOn136, onAnotherKernel).differences[0]?.goesWith).toEqual([]);
  });

  test('a cell that was not run differs in nothing, and one that was says so', () => {
    const { rows, differences } = compare(fine, undefined);
    expect(differences).toEqual([]);
    expect(rows[0]?.answers[1]).toMatchObject({ kind: 'not run' });
    expect(compare(undefined, undefined).rows).toEqual([]);
  });

  test('a skip that was planned is quiet; a claim that is missing or was never judged is loud', () => {
    const oneNode = {
      ...HOST_PORT,
      claims: [claim('answers', 'must', 'one node'), ...HOST_PORT.claims.slice(1)],
    };
    const skipping = result({ units: [oneNode], events: judged(HOST_PORT, 'own-namespace') });
    const half = { ...HOST_PORT, claims: HOST_PORT.claims.slice(0, 1) };
    const shorter = result({ units: [half], events: unitEvents(half) });
    const brokenOff = result({ events: judged(HOST_PORT, 'answers') });
    const kinds = (other: ResultV1): unknown[] =>
      compare(fine, other).differences.map(({ id, isLoud, groups }) => [id, isLoud, groups[1]?.kind]);
    expect(kinds(skipping)).toEqual([['host-port/answers', false, 'skipped']]);
    expect(kinds(shorter)).toEqual([['host-port/own-namespace', true, 'not planned']]);
    expect(kinds(brokenOff)).toEqual([['host-port/own-namespace', true, 'no verdict']]);
    expect(compare(skipping, fine).differences[0]?.groups[0]?.cells[0]?.answer.why).toBe('one node');
  });

  test('a mutant that survives in one cell is found, and so is another manifest', () => {
    const withMutant = (over: Parameters<typeof unitEvents>[1], manifest: string): ResultV1 =>
      result({
        units: [HOST_PORT, { ...HOST_PORT_MUTANT, manifest }],
        events: [...unitEvents(HOST_PORT), ...unitEvents(HOST_PORT_MUTANT, over)],
      });
    const killed = withMutant({ verdict: CONTRADICTED }, 'sha256:0123456789abcdef');
    const survived = withMutant({}, 'sha256:fedcba9876543210');
    expect(compare(killed, survived).differences).toMatchObject([
      {
        id: 'host-port~hostPort-removed',
        groups: [{ kind: 'killed' }, { kind: 'survived', cells: [{ answer: { why: 'answers: holds' } }] }],
        goesWith: [{ fact: 'manifest', values: [['sha256:0123456789ab'], ['sha256:fedcba987654']] }],
      },
    ]);
  });

  test('works on what files hold', () => {
    const stored = [fine, brokenOn136].map((each) => parseResult(JSON.stringify(each), 'result.json'));
    expect(compare(...stored)).toEqual(compare(fine, brokenOn136));
  });
});

test('each further cell leaves fewer properties that go with a difference', () => {
  const a = { kubernetes: '1.36', image: 'a', kernel: '6.18' };
  const b = { kubernetes: '1.37', image: 'b', kernel: '6.12' };
  expect(goesWith([[a], [b]]).map(({ fact }) => fact)).toEqual(['kubernetes', 'image', 'kernel']);
  expect(goesWith([[a], [b, { ...b, kernel: '6.18' }]]).map(({ fact }) => fact)).toEqual([
    'kubernetes',
    'image',
  ]);
  expect(goesWith([[a], [a]])).toEqual([]);
  expect(goesWith([[a], [{ kubernetes: '1.37' }]]).map(({ fact }) => fact)).toEqual(['kubernetes']);
});
