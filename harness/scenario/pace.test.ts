import { describe, expect, test } from '@jest/globals';
import { watchPace } from './pace.ts';

const settled = (ms: number, state = 'running') =>
  ({ type: 'pod.settled', unit: { scenario: 's' }, pod: 'p', node: 'n', state, ms }) as const;

describe('watchPace', () => {
  test('is slow while half of the last nine running pods took long', () => {
    const seen: string[] = [];
    const pace = watchPace({ emit: ({ type }) => seen.push(type) });
    const emit = (times: number, ms: number, state?: string): void => {
      for (let count = 0; count < times; count += 1) pace.sink.emit(settled(ms, state));
    };
    emit(8, 20_000);
    expect(pace.isSlow()).toBe(false);
    emit(1, 20_000);
    expect(pace.isSlow()).toBe(true);
    emit(20, 100, 'refused: CreateContainerConfigError');
    expect(pace.isSlow()).toBe(true);
    emit(5, 3000);
    expect(pace.isSlow()).toBe(false);
    expect(seen).toHaveLength(34);
  });
});
