import { systemClock, type Clock } from '../core/clock.ts';
import { describeError, HarnessError, InfrastructureError } from '../core/errors.ts';

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1000;

/** How long something has been out of reach: paces the attempts and says when to give up. */
export class Outage {
  readonly #giveUpMs: number;
  readonly #clock: Clock;
  #since: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(giveUpMs: number, clock: Clock = systemClock) {
    this.#giveUpMs = giveUpMs;
    this.#clock = clock;
  }

  /** It worked again: the next failure starts a new outage. */
  over(): void {
    this.#since = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /**
   * Pauses before the next attempt.
   *
   * @param attempt `failingSince`: monotonic time since when the failed attempt had been getting nowhere
   * @throws the error itself when no attempt can help; InfrastructureError WATCH_LOST after `giveUpMs`; the signal's
   * reason
   */
  async pause(error: unknown, attempt: { signal: AbortSignal; failingSince: number }): Promise<void> {
    // An API server that has just come back refuses for a moment what it will allow: it has not read the rights yet.
    if (isFinal(error) && !(this.#since !== undefined && isForbidden(error))) throw error;
    this.#since ??= attempt.failingSince;
    const lostMs = this.#clock.now() - this.#since;
    if (lostMs + this.#pauseMs > this.#giveUpMs) {
      throw new InfrastructureError(
        'WATCH_LOST',
        `The watch on pods could not be resumed for ${(lostMs / 1000).toFixed(1)} s. Last seen: ${describeError(error)}`,
        { cause: error },
      );
    }
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    await this.#clock.sleep(pauseMs, attempt.signal);
  }
}

/** A refusal that the same question would get again: unknown path, missing rights. 410 and 429 pass. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof HarnessError)) return false;
  const { status } = error.context;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 410 && status !== 429;
}

function isForbidden(error: unknown): boolean {
  return error instanceof HarnessError && error.context['status'] === 403;
}
