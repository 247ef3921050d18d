import { describe, expect, test } from '@jest/globals';
import { fuzz } from './fuzz.ts';
import { fuzzCase } from './fuzz-case.ts';

describe('fuzz', () => {
  test('300 mutated scenarios are refused or planned, without a crash, a hang or a connection', async () => {
    const report = await fuzz({ seed: 1, count: 300 });
    expect(report.findings).toEqual([]);
    expect(report.refused + report.accepted).toBe(300);
  }, 60_000);

  test('the same seed makes the same cases', () => {
    const outcomes = (): readonly string[] => Array.from({ length: 60 }, (_, index) => fuzzCase(5, index));
    expect(outcomes()).toEqual(outcomes());
    expect(new Set(outcomes()).size).toBe(2);
  });
});
