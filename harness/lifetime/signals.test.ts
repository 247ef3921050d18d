import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../core/clock.ts';
import type { InterruptedError } from '../core/errors.ts';
import { listenForSignals } from './signals.ts';

function setUp(): { host: EventEmitter; insisted: InterruptedError[]; at: { ms: number }; clock: Clock } {
  const at = { ms: 0 };
  const clock: Clock = { now: () => at.ms, date: () => new Date(0), sleep: () => Promise.resolve() };
  return { host: new EventEmitter(), insisted: [], at, clock };
}

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s aborts the run with exit code %i', (signal, exitCode) => {
    const { host, insisted, clock } = setUp();
    const watch = listenForSignals({ host, clock, onInsist: (error) => insisted.push(error) });
    host.emit(signal);
    expect(watch.signal.reason).toMatchObject({ code: 'INTERRUPTED', exitCode });
    expect(insisted).toEqual([]);
  });

  test('the echo that npm sends for the same Ctrl-C is not a person who insists', () => {
    const { host, insisted, at, clock } = setUp();
    listenForSignals({ host, clock, onInsist: (error) => insisted.push(error) });
    host.emit('SIGINT');
    at.ms = 20;
    host.emit('SIGINT');
    expect(insisted).toEqual([]);
    at.ms = 2000;
    host.emit('SIGTERM');
    expect(insisted).toMatchObject([{ exitCode: 143 }]);
  });

  test('stops listening when disposed', () => {
    const { host, clock } = setUp();
    const watch = listenForSignals({ host, clock, onInsist: () => undefined });
    watch[Symbol.dispose]();
    host.emit('SIGINT');
    expect(watch.signal.aborted).toBe(false);
    expect(host.listenerCount('SIGINT')).toBe(0);
  });
});
