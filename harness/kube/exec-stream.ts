import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { networkCode, networkReason } from './api-errors.ts';
import { describeAnswer } from './api-status.ts';
import { readExecStatus, type ExecEnd } from './exec-status.ts';

/** Newest first. Only v5 can close standard input while the command goes on. */
export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
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

export interface ExecListener {
  readonly onOpen: () => void;
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** The status frame is here; what was on its way may still follow. */
  readonly onStatus?: (end: ExecEnd) => void;
  /** The stream is over: what its status frame said, or why there was none. May be called again; the first counts. */
  readonly onEnd: (end: ExecEnd) => void;
}

/** One exec on its WebSocket: frames in, frames out, and how it ends. */
export class ExecStream {
  readonly #socket: WebSocket;
  readonly #listener: ExecListener;
  #heardOutput = false;
  #status: ExecEnd | undefined;

  constructor(socket: WebSocket, listener: ExecListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('open', () => listener.onOpen());
    socket.on('message', (data) => this.#receive(toBuffer(data)));
    socket.on('unexpected-response', (_, response) => void this.#refused(response));
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', (code) => this.#closed(code));
  }

  /** What the status frame said, when it is here already. */
  get status(): ExecEnd | undefined {
    return this.#status;
  }

  /** Why standard input could not be closed, or undefined where it can. Known once the stream is open. */
  get cannotEndInput(): string | undefined {
    return this.#socket.protocol === EXEC_PROTOCOLS[0]
      ? undefined
      : `the server speaks ${this.#socket.protocol}, which cannot close standard input`;
  }

  send(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += STDIN_CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + STDIN_CHUNK_BYTES);
      this.#socket.send(Buffer.concat([Buffer.of(CHANNEL.stdin), chunk]));
    }
  }

  endInput(): void {
    this.#socket.send(Buffer.of(CHANNEL.close, CHANNEL.stdin));
  }

  /** Says goodbye: ends the program's standard input and the connection, which is cut when no answer comes. */
  hangUp(): void {
    if (this.#socket.readyState === this.#socket.OPEN) {
      if (this.cannotEndInput === undefined) this.endInput();
      this.#farewell();
    } else this.terminate();
  }

  /** Cuts the connection, in whatever state it is. */
  terminate(): void {
    if (this.#socket.readyState !== this.#socket.CLOSED) this.#socket.terminate();
  }

  #receive(frame: Buffer): void {
    const payload = frame.subarray(1);
    switch (frame[0]) {
      case CHANNEL.stdout:
        this.#output('stdout', payload);
        return;
      case CHANNEL.stderr:
        this.#output('stderr', payload);
        return;
      case CHANNEL.status:
        this.#statusArrived(payload.toString('utf8'));
        return;
      default:
        // The server says that it closed a stream (255), or sent an empty frame to open one (v4): nothing to do.
        return;
    }
  }

  #output(stream: 'stdout' | 'stderr', payload: Buffer): void {
    if (payload.length > 0) this.#heardOutput = true;
    this.#listener.onOutput(stream, payload);
  }

  #statusArrived(frame: string): void {
    this.#status ??= readExecStatus(frame, this.#heardOutput);
    this.#listener.onStatus?.(this.#status);
    this.#farewell();
  }

  #farewell(): void {
    this.#socket.close(1000);
    const { signal } = Deadline.in(FAREWELL_MS, 'the end of the exec stream');
    signal.addEventListener('abort', () => this.#socket.terminate(), { once: true });
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const status = response.statusCode ?? 0;
    const body = await readBody(response).catch((error: unknown) => `(body lost: ${describeError(error)})`);
    this.#listener.onEnd({ kind: 'notStarted', why: describeAnswer(status, body) });
  }

  #failed(error: Error): void {
    const code = networkCode(error);
    const why = `${this.#socket.url.split('?')[0] ?? ''}: ${networkReason(error)}`;
    const neverConnected = code !== undefined && NEVER_CONNECTED.has(code);
    this.#listener.onEnd(this.#status ?? { kind: neverConnected ? 'notStarted' : 'inconclusive', why });
  }

  #closed(code: number): void {
    const why = `the exec stream ended without a status (WebSocket close code ${String(code)})`;
    this.#listener.onEnd(this.#status ?? { kind: 'inconclusive', why });
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
