import { describe, expect, test } from '@jest/globals';
import { createTurnstile } from './turnstile.ts';

const never = new AbortController().signal;

describe('createTurnstile', () => {
  test('lets no more jobs work at once than allowed, and all of them in the end', async () => {
    const turnstile = createTurnstile(2);
    let working = 0;
    let most = 0;
    const job = async (): Promise<void> => {
      working += 1;
      most = Math.max(most, working);
      await new Promise((resolve) => setImmediate(resolve));
      working -= 1;
    };
    await Promise.all(Array.from({ length: 9 }, () => turnstile(job, never)));
    expect(most).toBe(2);
  });

  test('who gives up waiting neither works nor takes a place away', async () => {
    const turnstile = createTurnstile(1);
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const first = turnstile(() => held, never);
    const impatient = new AbortController();
    const second = turnstile(() => Promise.reject(new Error('must not run')), impatient.signal);
    const third = turnstile(() => Promise.resolve('third'), never);
    impatient.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    letGo();
    await first;
    expect(await third).toBe('third');
  });

  test('a job that fails gives its place back', async () => {
    const turnstile = createTurnstile(1);
    await expect(turnstile(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await turnstile(() => Promise.resolve('yes'), never)).toBe('yes');
  });
});
