import { systemClock, type Clock } from '../core/clock.ts';
import { InterruptedError } from '../core/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof SIGNALS)[number];

/** The part of `process` that is needed. */
export interface SignalHost {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

export interface SignalOptions {
  readonly host: SignalHost;
  /** Called when people do not want to wait for the clean-up: print how to do it by hand, then exit. */
  readonly onInsist: (error: InterruptedError) => void;
  readonly clock?: Clock;
}

export interface SignalWatch extends Disposable {
  /** Aborts with InterruptedError at the first signal. */
  readonly signal: AbortSignal;
}

/**
 * One Ctrl-C arrives twice when npm runs us: from the terminal, to the whole process group, and from npm, which
 * passes it on to its child. Only a signal after this time is a person who insists.
 */
const ECHO_MS = 700;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort of the run, so that everything ends in order and is cleaned up. A
 * second signal calls `onInsist`. Start this before the first side effect.
 *
 * @example using watch = listenForSignals({ host: process, onInsist }); await run(watch.signal);
 */
export function listenForSignals({ host, onInsist, clock = systemClock }: SignalOptions): SignalWatch {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      if (firstAt === undefined) {
        firstAt = clock.now();
        controller.abort(new InterruptedError(signal));
      } else if (clock.now() - firstAt >= ECHO_MS) {
        onInsist(new InterruptedError(signal));
      }
    };
    host.on(signal, listener);
    return { signal, listener };
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const { signal, listener } of listeners) host.off(signal, listener);
    },
  };
}
