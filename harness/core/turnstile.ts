/**
 * Lets a limited number of jobs through at the same time, first come first served. Every exec starts a process in a
 * container, which costs a tenth of a second of processor time: dozens at once only make each of them late.
 *
 * @example const turnstile = createTurnstile(4); await turnstile(() => work(), signal)
 */
export type Turnstile = <T>(job: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** @throws the signal's reason when it aborts while a job still waits for its turn; whatever the job throws */
export function createTurnstile(atOnce: number): Turnstile {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (job, signal) => {
    signal.throwIfAborted();
    if (free > 0) free -= 1;
    else await turn(waiting, signal);
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Settles when somebody passes their place on. */
async function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => {
    const index = waiting.indexOf(resolve);
    // A place that was passed on already must be used, or it would be lost.
    if (index === -1) return;
    waiting.splice(index, 1);
    reject(signal.reason);
  };
  waiting.push(resolve);
  signal.addEventListener('abort', onAbort, { once: true });
  await promise.finally(() => signal.removeEventListener('abort', onAbort));
}
