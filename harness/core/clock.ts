import { setTimeout as delay } from 'node:timers/promises';

/** Time as the harness sees it. `now` is monotonic (milliseconds): the wall clock may jump, this one may not. */
export interface Clock {
  now(): number;
  /** Wall-clock time for records. */
  date(): Date;
  /** @throws the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
