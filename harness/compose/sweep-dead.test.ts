import { expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { Progress } from '../core/progress.ts';
import { sweepDead } from './sweep-dead.ts';

test('what a dead run left and cannot be removed is told with the reason, and does not stop this run', async () => {
  const told: string[] = [];
  const progress: Progress = {
    step: () => ({
      update: () => undefined,
      done: (text) => void told.push(`done ${text ?? ''}`),
      fail: (text) => void told.push(`fail ${text ?? ''}`),
    }),
  };
  const source = {
    list: () =>
      Promise.resolve([{ name: 'podproof-00000a', kept: false, owner: 'dead', reachable: true } as const]),
    destroy: () => Promise.reject(new Error('ECONNREFUSED')),
  };
  await sweepDead(source, { progress, deadline: Deadline.in(1000, 'the test') });
  expect(told).toEqual([
    'fail could not be removed: podproof-00000a (ECONNREFUSED); `npm run clean` tries again',
  ]);
});
