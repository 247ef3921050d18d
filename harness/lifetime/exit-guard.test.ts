import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { HarnessError } from '../core/errors.ts';
import { done, pending, poll } from '../core/poll.ts';
import { guardExit, type ExitGuard, type ExitHost } from './exit-guard.ts';

class FakeProcess extends EventEmitter implements ExitHost {
  exitCode: number | string | null | undefined;
  readonly left: unknown[] = [];
  exit(code?: number | string | null): never {
    this.left.push(code);
    // A real process would be gone here.
    return undefined as never;
  }
}

function setUp(graceMs = 600_000): { host: FakeProcess; guard: ExitGuard; told: HarnessError[] } {
  const host = new FakeProcess();
  const told: HarnessError[] = [];
  const guard = guardExit({
    host,
    report: (error) => told.push(error),
    graceMs,
  });
  return { host, guard, told };
}

const codes = (told: readonly HarnessError[]): readonly string[] => told.map(({ code }) => code);

describe('guardExit', () => {
  test('an outcome that was settled is how the process ends', () => {
    const { host, guard, told } = setUp();
    guard.settle(0);
    // Somebody else's late opinion does not count.
    host.exitCode = 7;
    host.emit('exit');
    expect(host.exitCode).toBe(0);
    expect(told).toEqual([]);
  });

  test('a process that ends without an outcome is 70, whatever the code was', () => {
    const { host, told } = setUp();
    host.exitCode = 0;
    host.emit('exit');
    expect(host.exitCode).toBe(70);
    expect(codes(told)).toEqual(['NO_OUTCOME']);
  });

  test('process.exit of somebody else ends nothing: it throws, stops the run and turns a 0 into 5', () => {
    const { host, guard, told } = setUp();
    expect(() => host.exit(0)).toThrow('process.exit(0) was called');
    expect(host.left).toEqual([]);
    expect(guard.signal.reason).toMatchObject({
      code: 'FOREIGN_EXIT',
      exitCode: 5,
      context: { from: expect.stringContaining('exit-guard.test.ts') as unknown },
    });
    guard.settle(0);
    expect(host.exitCode).toBe(5);
    expect(codes(told)).toEqual(['FOREIGN_EXIT']);
  });

  test('a code that tells of a failure already stays', () => {
    const { host, guard, told } = setUp();
    expect(() => host.exit(0)).toThrow('process.exit(0)');
    guard.settle(2);
    host.emit('exit');
    expect(host.exitCode).toBe(2);
    expect(told).toEqual([]);
  });

  test.each(['uncaughtException', 'unhandledRejection'])(
    '%s stops the run with 70 and its stack',
    (event) => {
      const { host, guard } = setUp();
      host.emit(event, new Error('forgotten'));
      expect(guard.signal.reason).toMatchObject({
        code: 'UNCAUGHT',
        exitCode: 70,
        context: { stack: expect.stringContaining('exit-guard.test.ts') as unknown },
      });
    },
  );

  test('an error after a green outcome takes the green away', () => {
    const { host, guard, told } = setUp();
    guard.settle(0);
    host.emit('uncaughtException', new Error('late'));
    host.emit('exit');
    expect(host.exitCode).toBe(70);
    expect(codes(told)).toEqual(['UNCAUGHT']);
  });

  test('what a scenario left running keeps the process only for a while', async () => {
    const { host, guard } = setUp(20);
    guard.settle(4);
    expect(host.left).toEqual([]);
    await poll(() => Promise.resolve(host.left.length > 0 ? done(0) : pending('the process still runs')), {
      deadline: Deadline.in(5000, 'the process to be ended'),
      pauseMs: 5,
    });
    expect(host.left).toEqual([4]);
  });

  test('podproof itself may leave at once', () => {
    const { host, guard, told } = setUp();
    guard.leave(130);
    host.emit('exit');
    expect([host.left, host.exitCode]).toEqual([[130], 130]);
    expect(told).toEqual([]);
  });
});
