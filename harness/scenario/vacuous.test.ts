import { describe, expect, test } from '@jest/globals';
import type { Expectation } from './types.ts';
import { vacuousExpectations } from './vacuous.ts';

const shows = (holds: Expectation<never>['holds']): Expectation => ({
  text: 't',
  holds,
});
const findings = (subject: Expectation<never>['holds'], control: Expectation<never>['holds']): number =>
  vacuousExpectations({ subjectShows: shows(subject), controlShows: shows(control) }).length;

const sound = ({ uid }: { uid: number }): boolean => uid === 0;
const is = (wanted: number) => (seen: number) => seen === wanted;

describe('vacuousExpectations', () => {
  test.each<[string, Expectation<never>['holds']]>([
    ['true', () => true],
    [
      'true in a block',
      () => {
        return true;
      },
    ],
    [
      'an old function',
      function holds() {
        return true;
      },
    ],
    ['or true', ({ uid }: { uid: number }) => uid === 5 || true],
    ['a pattern that fits everything', (seen: string) => /.*/.test(seen)],
    ['a search for nothing', (seen: string) => seen.startsWith('')],
  ])('%s accepts everything', (_what, holds) => {
    expect(findings(holds, sound)).toBe(1);
    expect(findings(sound, holds)).toBe(1);
  });

  test('one function for both, by reference or by its text', () => {
    expect(findings(sound, sound)).toBe(1);
    expect(
      findings(
        ({ uid }: { uid: number }) => uid === 1,
        ({ uid }: { uid: number }) => uid === 1,
      ),
    ).toBe(1);
  });

  test.each<[string, Expectation<never>['holds'], Expectation<never>['holds']]>([
    ['two of one factory, which have the same text', is(405), is(0)],
    [
      'two with the same text and something around them',
      (n: number) => n === Math.max(1, findings.length),
      sound,
    ],
    ['a condition that ends in true', (n: number) => (n > 1 ? n > 2 : n < 0 || true), sound],
    ['a search for nothing in a list', (list: string[]) => list.includes(''), sound],
  ])('%s are left alone', (_what, subject, control) => {
    expect(findings(subject, control)).toBe(0);
  });
});
