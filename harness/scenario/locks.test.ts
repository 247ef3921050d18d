import { expect, test } from '@jest/globals';
import { createLocks } from './locks.ts';

const never = new AbortController().signal;

test('who needs the same thing waits, others do not', async () => {
  const locks = createLocks();
  const release = await locks.take(['hostPort 9000'], never);
  const order: string[] = [];
  const second = locks.take(['hostPort 9000'], never).then((free) => {
    order.push('second');
    free();
  });
  (await locks.take(['hostPort 9001'], never))();
  order.push('other port');
  release();
  await second;
  expect(order).toEqual(['other port', 'second']);
});

test('an abort ends the waiting and leaves the lock to the next', async () => {
  const locks = createLocks();
  const release = await locks.take(['a'], never);
  const stop = new AbortController();
  const waiting = locks.take(['a'], stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  release();
  (await locks.take(['a'], never))();
});
