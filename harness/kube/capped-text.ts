import { StringDecoder } from 'node:string_decoder';

/**
 * Collects the bytes of an output stream up to a cap and drops the rest, so that a program that writes without end
 * cannot fill our memory. Bytes that are not UTF-8 become U+FFFD.
 */
export class CappedText {
  readonly #capBytes: number;
  readonly #chunks: Buffer[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #bytes = 0;
  #truncated = false;

  /** @param onLine gets every complete line as it arrives, at most `capBytes` of text long */
  constructor(capBytes: number, onLine?: (line: string) => void) {
    this.#capBytes = capBytes;
    this.#onLine = onLine;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  add(chunk: Buffer): void {
    const room = this.#capBytes - this.#bytes;
    if (chunk.length > room) this.#truncated = true;
    if (room > 0) {
      const kept = chunk.subarray(0, room);
      // A copy: the chunk is a window into a larger buffer of the socket, which would stay alive with it.
      this.#chunks.push(Buffer.from(kept));
      this.#bytes += kept.length;
    }
    if (this.#onLine !== undefined) this.#tellLines(this.#decoder.write(chunk));
  }

  /** Everything that was kept. A character that the cap cut in two is left out. */
  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    return this.#truncated ? new StringDecoder('utf8').write(bytes) : bytes.toString('utf8');
  }

  #tellLines(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(0, this.#capBytes);
    for (const line of lines) this.#onLine?.(line);
  }
}
