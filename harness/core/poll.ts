import { systemClock, type Clock } from './clock.ts';
import type { Deadline } from './deadline.ts';
import { describeError, HarnessError } from './errors.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** What one look at the world told: go on looking, we are there, or it can never happen. */
export type Look<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'pending'; readonly seen: string }
  | { readonly kind: 'hopeless'; readonly error: HarnessError };

export const done = <T>(value: T): Look<T> => ({ kind: 'done', value });
export const pending = (seen: string): Look<never> => ({ kind: 'pending', seen });
export const hopeless = (error: HarnessError): Look<never> => ({ kind: 'hopeless', error });

export interface PollOptions {
  readonly deadline: Deadline;
  /** First pause; it grows by half each time up to `maxPauseMs`. @default 100 */
  readonly pauseMs?: number;
  /** @default 1000 */
  readonly maxPauseMs?: number;
  readonly clock?: Clock;
}

/**
 * Looks again and again until the look is `done`. A look cannot return a bare boolean: `pending` has to say what
 * was seen, and that ends up in the error when time runs out. A look that throws a HarnessError with an exit code
 * other than 4 ends the poll at once; other errors count as "could not look" and are retried until the deadline.
 *
 * @throws TimeoutError with the last observation; the error of a `hopeless` look; the deadline's abort reason
 * @example await poll(async () => nodes.every(ready) ? done(nodes) : pending(names(nodes)), { deadline })
 */
export async function poll<T>(
  look: (signal: AbortSignal) => Promise<Look<T>>,
  options: PollOptions,
): Promise<T> {
  const { deadline, pauseMs = 100, maxPauseMs = 1000, clock = systemClock } = options;
  let lastSeen = 'nothing yet';
  let lastError: unknown;
  let hopelessError: HarnessError | undefined;
  for (let pause = pauseMs; ; pause = Math.min(pause * 1.5, maxPauseMs)) {
    try {
      const result = await deadline.race(look(deadline.signal), () => lastSeen);
      if (result.kind === 'done') return result.value;
      if (result.kind === 'hopeless') {
        hopelessError = result.error;
        throw result.error;
      }
      lastSeen = result.seen;
    } catch (error) {
      if (error === hopelessError || deadline.signal.aborted || isFinal(error)) throw error;
      lastError = error;
      lastSeen = `${lastSeen}; then an error: ${describeError(error)}`.slice(-500);
    }
    if (deadline.remainingMs <= pause) throw deadline.error(lastSeen, lastError);
    await clock.sleep(pause, deadline.signal);
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof HarnessError && error.exitCode !== EXIT_CODES.infrastructure;
}
