import type { WebSocket } from 'ws';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, RunOptions } from '../core/command.ts';
import { describeError } from '../core/errors.ts';
import { isTimeout } from './api-errors.ts';
import { CappedText } from './capped-text.ts';
import { ExecStream } from './exec-stream.ts';
import type { ExecEnd } from './exec-status.ts';

/** Per stream. What comes after it is read and dropped, so that the exit code still arrives. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Follows one command's exec stream to its end. `exited` comes from the status frame only; a stream that ends without
 * it is `inconclusive`. When the deadline passes the socket is terminated and the result is `timedOut`; the API has
 * no way to stop the program itself.
 */
export function followExec(socket: WebSocket, options: RunOptions): Promise<CommandResult> {
  return new FollowedExec(socket, options).result;
}

class FollowedExec {
  readonly result: Promise<CommandResult>;
  readonly #stream: ExecStream;
  readonly #options: RunOptions;
  readonly #startedAt = systemClock.now();
  readonly #stdout: CappedText;
  readonly #stderr: CappedText;
  readonly #resolve: (result: CommandResult) => void;
  #isSettled = false;

  constructor(socket: WebSocket, options: RunOptions) {
    const { promise, resolve } = Promise.withResolvers<CommandResult>();
    const { onLine, deadline } = options;
    this.result = promise;
    this.#resolve = resolve;
    this.#options = options;
    this.#stdout = new CappedText(MAX_OUTPUT_BYTES, onLine && ((line) => onLine(line, 'stdout')));
    this.#stderr = new CappedText(MAX_OUTPUT_BYTES, onLine && ((line) => onLine(line, 'stderr')));
    this.#stream = new ExecStream(socket, {
      onOpen: () => this.#sendStdin(),
      onOutput: (stream, chunk) => (stream === 'stdout' ? this.#stdout : this.#stderr).add(chunk),
      onEnd: (end) => this.#settle(end),
    });
    deadline.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (deadline.signal.aborted) this.#onAbort();
  }

  #sendStdin(): void {
    const { stdin } = this.#options;
    if (stdin === undefined) return;
    const objection = this.#stream.cannotEndInput;
    if (objection !== undefined) {
      this.#settle({ kind: 'inconclusive', why: objection });
      return;
    }
    this.#stream.send(Buffer.from(stdin));
    this.#stream.endInput();
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#options.deadline.signal.reason;
    if (this.#stream.status !== undefined) this.#settle(this.#stream.status);
    else if (isTimeout(reason)) this.#settle({ kind: 'timedOut' });
    else this.#settle({ kind: 'inconclusive', why: `stopped: ${describeError(reason)}` });
  };

  /** The first call decides; it also makes sure that nothing of this exec stays open. */
  #settle(end: ExecEnd | { readonly kind: 'timedOut' }): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#options.deadline.signal.removeEventListener('abort', this.#onAbort);
    this.#stream.terminate();
    const durationMs = Math.round(systemClock.now() - this.#startedAt);
    const streams = {
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      durationMs,
      ...(this.#stdout.truncated || this.#stderr.truncated ? { truncated: true } : {}),
    };
    this.#resolve(
      end.kind === 'timedOut' ? { ...end, ...streams, afterMs: durationMs } : { ...end, ...streams },
    );
  }
}
