import { describe, expect, test } from '@jest/globals';
import { createPortsGate } from './ports-gate.ts';

const never = new AbortController().signal;
const settle = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

describe('createPortsGate', () => {
  test('shared work runs side by side; work alone waits for it and keeps everything out', async () => {
    const gate = createPortsGate();
    const log: string[] = [];
    const doors = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...Promise.withResolvers<void>() }));
    const work = (index: number) => async (): Promise<void> => {
      log.push(`+${doors[index]?.name ?? ''}`);
      await doors[index]?.promise;
      log.push(`-${doors[index]?.name ?? ''}`);
    };
    const all = [
      gate.shared(work(0), never),
      gate.shared(work(1), never),
      gate.alone(work(2), never),
      gate.shared(work(3), never),
    ];
    await settle();
    expect(log).toEqual(['+a', '+b']);
    doors[0]?.resolve();
    await settle();
    expect(log).toEqual(['+a', '+b', '-a']);
    doors[1]?.resolve();
    await settle();
    expect(log.slice(3)).toEqual(['-b', '+c']);
    doors[2]?.resolve();
    await settle();
    expect(log.slice(5)).toEqual(['-c', '+d']);
    doors[3]?.resolve();
    await Promise.all(all);
  });

  test('whoever gives up waiting lets the others through, and failing work does too', async () => {
    const gate = createPortsGate();
    const first = Promise.withResolvers<void>();
    const holding = gate.shared(() => first.promise, never);
    const stop = new AbortController();
    const waiting = gate.alone(() => Promise.resolve('alone'), stop.signal);
    const behind = gate.shared(() => Promise.resolve('behind'), never);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(await behind).toBe('behind');
    first.reject(new Error('broken'));
    await expect(holding).rejects.toThrow('broken');
    expect(await gate.alone(() => Promise.resolve('next'), never)).toBe('next');
  });
});
