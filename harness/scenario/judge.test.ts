import { describe, expect, test } from '@jest/globals';
import type { Json } from '../core/json.ts';
import type { Observation } from '../core/observation.ts';
import { claim } from './define.ts';
import { judge } from './judge.ts';

const sameNamespace = claim<{ pod: string; node: string }>({
  id: 'network-namespace',
  must: 'A pod with hostNetwork MUST be in the network namespace of its node',
  source: { lines: [13, 13], sentence: 'the pod will get to use the node’s network interfaces' },
  subject: 'pod-hn',
  control: 'pod-without-hn',
  observe: () => Promise.reject(new Error('not called by the judge')),
  show: (seen) => `${seen.pod} on a node in ${seen.node}`,
  subjectShows: { text: 'the node’s namespace', holds: (seen) => seen.pod === seen.node },
  controlShows: { text: 'a namespace of its own', holds: (seen) => seen.pod !== seen.node },
});

const seen = (value: Json): Observation => ({ kind: 'seen', value, evidence: [] });
const inNode = seen({ pod: 'net:[1]', node: 'net:[1]' });
const apart = seen({ pod: 'net:[2]', node: 'net:[1]' });
const unknown: Observation = { kind: 'unknown', why: 'exec stream ended without status', evidence: [] };

describe('judge', () => {
  test('holds when the subject shows it and the control shows the opposite', () => {
    expect(judge(sameNamespace, { subject: inNode, control: apart })).toEqual({ kind: 'holds' });
  });

  test('a subject that does not show it contradicts, and the reason says what was seen', () => {
    expect(judge(sameNamespace, { subject: apart, control: apart })).toEqual({
      kind: 'contradicted',
      reasons: [{ role: 'subject', expected: 'the node’s namespace', seen: 'net:[2] on a node in net:[1]' }],
    });
  });

  test('a reason is short enough to be read, whatever a pod wrote', () => {
    const long = seen({ pod: 'x'.repeat(1_000_000), node: 'net:[1]' });
    const verdict = judge(sameNamespace, { subject: long, control: apart });
    expect(verdict).toMatchObject({
      reasons: [{ seen: expect.stringMatching(/^x{2000}\n… \(\d{6} more characters\)$/) }],
    });
  });

  test('a control that shows the same contradicts: the field makes no difference', () => {
    expect(judge(sameNamespace, { subject: inNode, control: inNode })).toMatchObject({
      kind: 'contradicted',
      reasons: [{ role: 'control' }],
    });
  });

  test('what could not be seen is inconclusive, even when the other pod fits', () => {
    expect(judge(sameNamespace, { subject: unknown, control: apart }).kind).toBe('inconclusive');
    expect(judge(sameNamespace, { subject: inNode, control: unknown }).kind).toBe('inconclusive');
    expect(judge(sameNamespace, { subject: inNode, control: undefined }).kind).toBe('inconclusive');
  });

  test('an unclear answer is inconclusive', () => {
    const vague = {
      ...sameNamespace,
      subjectShows: { text: 'an answer', holds: () => true, unclear: () => 'timed out instead of refused' },
    };
    expect(judge(vague, { subject: inNode, control: apart })).toEqual({
      kind: 'inconclusive',
      why: 'subject pod-hn: timed out instead of refused',
    });
  });

  test.each(['subjectShows', 'controlShows'] as const)(
    'an expectation that breaks is inconclusive: %s',
    (which) => {
      const broken = {
        ...sameNamespace,
        [which]: {
          text: 'x',
          holds: () => {
            throw new TypeError('seen.user is undefined');
          },
        },
      };
      expect(judge(broken, { subject: inNode, control: apart })).toEqual({
        kind: 'inconclusive',
        why: "the claim's own code failed: seen.user is undefined",
      });
    },
  );

  test('an expectation that accepts everything cannot make a claim hold', () => {
    const vacuous = {
      ...sameNamespace,
      subjectShows: { text: 'anything', holds: () => true },
      controlShows: { text: 'anything', holds: () => true },
    };
    expect(judge(vacuous, { subject: inNode, control: apart }).kind).toBe('contradicted');
  });
});
