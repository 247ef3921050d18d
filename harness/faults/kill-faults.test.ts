import { describe, expect, test } from '@jest/globals';
import { killFaults } from './kill-faults.ts';

const momentsOf = (seed: number, times: number): readonly number[] =>
  killFaults(seed, times).map(({ what }) => Number(/after ([\d.]+) %/.exec(what)?.[1]));

describe('the moments of F02', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(momentsOf(1, 20)).toEqual(momentsOf(1, 20));
    expect(momentsOf(1, 20)).not.toEqual(momentsOf(2, 20));
  });

  test.each([20, 100])('leave no part of a life out: each of %i has its own', (times) => {
    const parts = momentsOf(7, times).map((percent) => Math.floor((percent / 100) * times + 1e-9));
    // Rounding to a tenth of a per cent may lift a moment into the next part.
    const missing = Array.from({ length: times }, (_, part) => part).filter((part) => !parts.includes(part));
    expect(missing.length).toBeLessThanOrEqual(times / 10);
    expect(Math.max(...parts)).toBeLessThanOrEqual(times);
  });

  test('are not in the order of the life, so that an early end still tells about all of it', () => {
    const moments = momentsOf(1, 20);
    expect(moments).not.toEqual(moments.toSorted((a, b) => a - b));
  });
});
