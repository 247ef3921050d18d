import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, RunOptions } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { isTimeout, networkCode, networkReason } from './api-errors.ts';
import { describeAnswer } from './api-status.ts';
import { CappedText } from './capped-text.ts';
import { readExecStatus, type ExecEnd } from './exec-status.ts';

/** Newest first. Only v5 can close standard input while the command goes on. */
export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
/** Per stream. What comes after it is read and dropped, so that the exit code still arrives. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
const STDIN_CHUNK_BYTES = 32 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;
/** How long the server may take to close the socket after the status frame. */
const FAREWELL_MS = 500;

/** Errors that come before any byte of the request reached the server. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/**
 * Follows one exec stream to its end. `exited` comes from the status frame only; a stream that ends without it is
 * `inconclusive`. When the deadline passes the socket is terminated and the result is `timedOut`; the API has no way
 * to stop the program itself.
 */
export function followExec(socket: WebSocket, options: RunOptions): Promise<CommandResult> {
  return new ExecSession(socket, options).result;
}

class ExecSession {
  readonly result: Promise<CommandResult>;
  readonly #socket: WebSocket;
  readonly #options: RunOptions;
  readonly #startedAt = systemClock.now();
  readonly #stdout: CappedText;
  readonly #stderr: CappedText;
  readonly #resolve: (result: CommandResult) => void;
  #end: ExecEnd | undefined;
  #isSettled = false;

  constructor(socket: WebSocket, options: RunOptions) {
    const { promise, resolve } = Promise.withResolvers<CommandResult>();
    const { onLine } = options;
    this.result = promise;
    this.#resolve = resolve;
    this.#socket = socket;
    this.#options = options;
    this.#stdout = new CappedText(MAX_OUTPUT_BYTES, onLine && ((line) => onLine(line, 'stdout')));
    this.#stderr = new CappedText(MAX_OUTPUT_BYTES, onLine && ((line) => onLine(line, 'stderr')));
    this.#listen();
  }

  #listen(): void {
    const { signal } = this.#options.deadline;
    this.#socket.on('open', () => this.#sendStdin());
    this.#socket.on('message', (data) => this.#receive(toBuffer(data)));
    this.#socket.on('unexpected-response', (_, response) => void this.#refused(response));
    this.#socket.on('error', (error) => this.#failed(error));
    this.#socket.on('close', (code) => this.#closed(code));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  #sendStdin(): void {
    const { stdin } = this.#options;
    if (stdin === undefined) return;
    if (this.#socket.protocol !== EXEC_PROTOCOLS[0]) {
      this.#settle({
        kind: 'inconclusive',
        why: `the server speaks ${this.#socket.protocol}, which cannot close standard input`,
      });
      return;
    }
    const bytes = Buffer.from(stdin);
    for (let at = 0; at < bytes.length; at += STDIN_CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + STDIN_CHUNK_BYTES);
      this.#socket.send(Buffer.concat([Buffer.of(CHANNEL.stdin), chunk]));
    }
    this.#socket.send(Buffer.of(CHANNEL.close, CHANNEL.stdin));
  }

  #receive(frame: Buffer): void {
    const payload = frame.subarray(1);
    switch (frame[0]) {
      case CHANNEL.stdout:
        this.#stdout.add(payload);
        return;
      case CHANNEL.stderr:
        this.#stderr.add(payload);
        return;
      case CHANNEL.status:
        this.#statusArrived(payload.toString('utf8'));
        return;
      default:
        // The server says that it closed a stream (255), or sent an empty frame to open one (v4): nothing to do.
        return;
    }
  }

  #statusArrived(frame: string): void {
    this.#end ??= readExecStatus(frame, !(this.#stdout.isEmpty && this.#stderr.isEmpty));
    this.#socket.close(1000);
    const { signal } = Deadline.in(FAREWELL_MS, 'the end of the exec stream');
    signal.addEventListener('abort', () => this.#socket.terminate(), { once: true });
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const status = response.statusCode ?? 0;
    const body = await readBody(response).catch((error: unknown) => `(body lost: ${describeError(error)})`);
    this.#settle({ kind: 'notStarted', why: describeAnswer(status, body) });
  }

  #failed(error: Error): void {
    const code = networkCode(error);
    const why = `${this.#socket.url.split('?')[0] ?? ''}: ${networkReason(error)}`;
    const neverConnected = code !== undefined && NEVER_CONNECTED.has(code);
    this.#settle(this.#end ?? { kind: neverConnected ? 'notStarted' : 'inconclusive', why });
  }

  #closed(code: number): void {
    this.#settle(
      this.#end ?? {
        kind: 'inconclusive',
        why: `the exec stream ended without a status (WebSocket close code ${String(code)})`,
      },
    );
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#options.deadline.signal.reason;
    if (this.#end !== undefined) this.#settle(this.#end);
    else if (isTimeout(reason)) this.#settle({ kind: 'timedOut' });
    else this.#settle({ kind: 'inconclusive', why: `stopped: ${describeError(reason)}` });
  };

  /** The first call decides; it also makes sure that nothing of this session stays open. */
  #settle(end: ExecEnd | { readonly kind: 'timedOut' }): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#options.deadline.signal.removeEventListener('abort', this.#onAbort);
    if (this.#socket.readyState !== this.#socket.CLOSED) this.#socket.terminate();
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

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

async function readBody(response: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
