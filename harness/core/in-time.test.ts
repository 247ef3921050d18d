import { describe, expect, test } from '@jest/globals';
import { inTime, OutOfTime } from './in-time.ts';

describe('inTime', () => {
  test('returns and throws what the function does, also one inside another', () => {
    const error = new Error('mine');
    expect(inTime(() => inTime(() => 'inner', 1000) + '!', 1000)).toBe('inner!');
    expect(() =>
      inTime(() => {
        throw error;
      }, 1000),
    ).toThrow(error);
  });

  test('stops a loop that never ends, and what is called afterwards works', () => {
    const loop = (): never => {
      for (;;);
    };
    expect(() => inTime(loop, 50)).toThrow(OutOfTime);
    expect(() => inTime(loop, 50)).toThrow('still computing after 0.05 s; a loop in it never ends');
    expect(inTime(() => 1, 1000)).toBe(1);
  });
});
