import { systemClock, type Clock } from './clock.ts';
import { TimeoutError } from './errors.ts';

/**
 * A point in time after which nobody may go on waiting, plus the signal that tells them. Deadlines nest: a child
 * never outlives its parent.
 *
 * @example const deadline = Deadline.in(30_000, 'the API server', parent.signal); await work(deadline.signal)
 */
export class Deadline {
  readonly signal: AbortSignal;
  readonly what: string;
  readonly #endsAt: number;
  readonly #startedAt: number;
  readonly #clock: Clock;
  readonly #lengthMs: number;
  readonly #parent: AbortSignal | undefined;

  private constructor(ms: number, what: string, parent: AbortSignal | undefined, clock: Clock) {
    this.what = what;
    this.#clock = clock;
    this.#lengthMs = ms;
    this.#parent = parent;
    this.#startedAt = clock.now();
    this.#endsAt = this.#startedAt + ms;
    const timeout = AbortSignal.timeout(Math.max(0, Math.ceil(ms)));
    this.signal = parent ? AbortSignal.any([parent, timeout]) : timeout;
  }

  /** @param what names the goal, for the error message: "the API server", "pod-hn to run" */
  static in(ms: number, what: string, parent?: AbortSignal, clock: Clock = systemClock): Deadline {
    return new Deadline(ms, what, parent, clock);
  }

  /** The same goal and length, counted from now: for work that had to wait for its turn. */
  restart(): Deadline {
    return new Deadline(this.#lengthMs, this.what, this.#parent, this.#clock);
  }

  /** The same goal, ended by `outer` too when that comes first. */
  within(outer: Deadline): Deadline {
    return new Deadline(
      Math.min(this.remainingMs, outer.remainingMs),
      this.what,
      AbortSignal.any([this.signal, outer.signal]),
      this.#clock,
    );
  }

  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.now());
  }

  get expired(): boolean {
    return this.remainingMs === 0;
  }

  /** The error to throw when this deadline passed; `lastSeen` is the last thing that was observed. */
  error(lastSeen: string, cause?: unknown): TimeoutError {
    return new TimeoutError(this.what, this.#clock.now() - this.#startedAt, lastSeen, { cause });
  }

  /**
   * Settles like `work`, or rejects when the deadline passes or the signal aborts, whichever is first. Needed for
   * promises of libraries that take no signal: they go on in the background, but nobody waits for them any more.
   *
   * @throws TimeoutError, or the reason of the parent's abort
   */
  async race<T>(work: Promise<T>, lastSeen: () => string = () => 'nothing'): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => {
      reject(this.#isTimeout() ? this.error(lastSeen()) : this.signal.reason);
    };
    if (this.signal.aborted) onAbort();
    else this.signal.addEventListener('abort', onAbort, { once: true });
    // The loser of a race must not become an unhandled rejection.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, aborted]);
    } finally {
      this.signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * True when a timer ended the wait, our own or that of an outer deadline. Timers may fire a millisecond before the
   * clock says so, hence no look at the clock. The number tells the platform's own error from ours of the same name.
   */
  #isTimeout(): boolean {
    const reason: unknown = this.signal.reason;
    if (typeof reason !== 'object' || reason === null) return false;
    return (
      'name' in reason &&
      reason.name === 'TimeoutError' &&
      'code' in reason &&
      typeof reason.code === 'number'
    );
  }
}
