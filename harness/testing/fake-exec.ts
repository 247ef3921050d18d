import type { WebSocket } from 'ws';

/** The server's end of one exec stream, for scripts. */
export class FakeExec {
  readonly url: URL;
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #input: Buffer[] = [];
  #onInput: (chunk: Buffer) => void = () => undefined;
  readonly #inputClosed = Promise.withResolvers<string>();
  readonly #closed = Promise.withResolvers<number>();

  constructor(socket: WebSocket, url: URL) {
    this.#socket = socket;
    this.url = url;
    this.protocol = socket.protocol;
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.#receive(data);
    });
    socket.on('close', (code) => this.#closed.resolve(code));
    socket.on('error', () => undefined);
  }

  /** Standard input, once the client closed it. */
  get stdin(): Promise<string> {
    return this.#inputClosed.promise;
  }

  /** The close code, once the socket is gone. */
  get closed(): Promise<number> {
    return this.#closed.promise;
  }

  /** Tells everything that arrives on standard input, as it arrives. */
  onInput(listener: (chunk: Buffer) => void): this {
    this.#onInput = listener;
    return this;
  }

  stdout(bytes: string | Buffer): this {
    return this.#send(1, bytes);
  }

  stderr(bytes: string | Buffer): this {
    return this.#send(2, bytes);
  }

  /** The status frame, then the end of the stream, as the API server does it. */
  status(status: unknown): void {
    this.#send(3, typeof status === 'string' ? status : JSON.stringify(status));
    this.close(1000);
  }

  exit(code: number): void {
    this.status(
      code === 0
        ? { metadata: {}, status: 'Success' }
        : {
            metadata: {},
            status: 'Failure',
            message: `command terminated with non-zero exit code: exit status ${String(code)}`,
            reason: 'NonZeroExitCode',
            details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
          },
    );
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Cuts the connection without a farewell. */
  cut(): void {
    this.#socket.terminate();
  }

  #send(channel: number, bytes: string | Buffer): this {
    this.#socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(bytes)]));
    return this;
  }

  #receive(frame: Buffer): void {
    if (frame[0] === 0) {
      this.#input.push(frame.subarray(1));
      this.#onInput(frame.subarray(1));
    }
    if (frame[0] === 255 && frame[1] === 0) {
      this.#inputClosed.resolve(Buffer.concat(this.#input).toString('utf8'));
    }
  }
}
