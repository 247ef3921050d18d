import { Deadline } from '../../core/deadline.ts';
import { HarnessError } from '../../core/errors.ts';
import { done, hopeless, poll, type Look } from '../../core/poll.ts';

/** Longer than an API server takes to be started again, and short enough for a cluster that is gone for good. */
const OUTAGE_MS = 45_000;

/**
 * Asks again while nobody answers: an API server that is away for a moment must not end a clean-up in the middle. What
 * it refuses it would refuse again, except right after it came back: it has not read the rights yet then.
 *
 * @throws what the server refuses with; TimeoutError when it stays away
 */
export async function patiently<T>(what: string, ask: () => Promise<T>, outer: Deadline): Promise<T> {
  let wasAway = false;
  const look = async (): Promise<Look<T>> => {
    try {
      return done(await ask());
    } catch (error) {
      if (error instanceof HarnessError && isRefusal(error) && !wasAway) return hopeless(error);
      wasAway = true;
      throw error;
    }
  };
  const deadline = Deadline.in(OUTAGE_MS, what).within(outer);
  return poll(look, { deadline, pauseMs: 250, maxPauseMs: 2000 });
}

/** 409, 410 and 429 pass by themselves. */
function isRefusal({ context: { status } }: HarnessError): boolean {
  return typeof status === 'number' && status >= 400 && status < 500 && ![409, 410, 429].includes(status);
}
