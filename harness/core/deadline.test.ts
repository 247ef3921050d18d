import { describe, expect, test } from '@jest/globals';
import { Deadline } from './deadline.ts';
import { TimeoutError } from './errors.ts';
import { done, hopeless, pending, poll } from './poll.ts';
import { InfrastructureError, UsageError } from './errors.ts';

const never = new Promise<never>(() => undefined);

describe('Deadline', () => {
  test('ends a wait for something that never comes, and says what was seen last', async () => {
    const deadline = Deadline.in(20, 'the API server');
    await expect(deadline.race(never, () => 'connection refused')).rejects.toThrow(
      /^Waited .* s for the API server\. Last seen: connection refused$/,
    );
  });

  test('the time of an outer deadline is a timeout too', async () => {
    const inner = Deadline.in(10_000, 'inner', Deadline.in(20, 'outer').signal);
    await expect(inner.race(never)).rejects.toBeInstanceOf(TimeoutError);
  });

  test('an abort keeps its own reason', async () => {
    const stop = new AbortController();
    const racing = Deadline.in(10_000, 'x', stop.signal).race(never);
    stop.abort(new Error('Interrupted by SIGINT.'));
    await expect(racing).rejects.toThrow('Interrupted by SIGINT.');
  });

  test('restart counts from now, within ends with the other', async () => {
    const long = Deadline.in(10_000, 'long');
    expect(long.within(Deadline.in(50, 'short')).remainingMs).toBeLessThanOrEqual(50);
    expect(long.restart().remainingMs).toBeGreaterThan(9900);
  });
});

describe('poll', () => {
  test('returns what a look found', async () => {
    let looks = 0;
    const look = (): Promise<ReturnType<typeof pending> | ReturnType<typeof done<string>>> =>
      Promise.resolve((looks += 1) < 3 ? pending('not yet') : done('there'));
    expect(await poll(look, { deadline: Deadline.in(5000, 'x'), pauseMs: 1 })).toBe('there');
  });

  test('a look that hangs does not hang the poll', async () => {
    await expect(poll(() => never, { deadline: Deadline.in(30, 'a hung exec'), pauseMs: 1 })).rejects.toThrow(
      'a hung exec',
    );
  });

  test('time that runs out tells the last observation and the last error', async () => {
    let looks = 0;
    const look = (): Promise<ReturnType<typeof pending>> =>
      (looks += 1) === 1
        ? Promise.resolve(pending('2 of 3 nodes Ready'))
        : Promise.reject(new InfrastructureError('X', 'connection reset'));
    await expect(poll(look, { deadline: Deadline.in(60, 'nodes'), pauseMs: 5 })).rejects.toThrow(
      /2 of 3 nodes Ready; then an error: connection reset/,
    );
  });

  test('what can never happen ends it at once, and so does an error that is not about infrastructure', async () => {
    const deadline = Deadline.in(5000, 'x');
    let looks = 0;
    await expect(
      poll(
        () => ((looks += 1), Promise.resolve(hopeless(new InfrastructureError('GONE', 'the node exited')))),
        { deadline },
      ),
    ).rejects.toThrow('the node exited');
    await expect(
      poll(() => ((looks += 1), Promise.reject(new UsageError('U', 'forbidden'))), { deadline }),
    ).rejects.toThrow('forbidden');
    expect(looks).toBe(2);
  });
});
