import { StringDecoder } from 'node:string_decoder';
import type { RunOptions } from '../core/command.ts';

export interface CapturedOutput {
  write(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** Reports the last incomplete lines and returns what was kept. Call once. */
  finish(): { readonly stdout: string; readonly stderr: string; readonly truncated?: true };
}

/** Without line breaks this many characters count as a line, so that memory stays bounded. */
const LONGEST_LINE = 64 * 1024;

/**
 * Keeps at most `maxBytes` of each stream and drops the rest, so that a command which never stops writing costs
 * neither memory nor its exit code. Characters split over two chunks are put together again.
 */
export function captureOutput(maxBytes: number, onLine?: RunOptions['onLine']): CapturedOutput {
  const sinks = { stdout: sink(maxBytes), stderr: sink(maxBytes) };
  const lines = { stdout: lineSplitter(), stderr: lineSplitter() };
  return {
    write(stream, chunk) {
      const text = sinks[stream].write(chunk);
      if (onLine) for (const line of lines[stream].push(text)) onLine(line, stream);
    },
    finish() {
      for (const stream of ['stdout', 'stderr'] as const) {
        const text = sinks[stream].end();
        if (onLine)
          for (const line of [...lines[stream].push(text), ...lines[stream].rest()]) onLine(line, stream);
      }
      const kept = { stdout: sinks.stdout.kept(), stderr: sinks.stderr.kept() };
      return sinks.stdout.dropped() || sinks.stderr.dropped() ? { ...kept, truncated: true } : kept;
    },
  };
}

function sink(maxBytes: number): {
  write(chunk: Buffer): string;
  end(): string;
  kept(): string;
  dropped(): boolean;
} {
  const all = new StringDecoder('utf8');
  const keep = new StringDecoder('utf8');
  const parts: string[] = [];
  let bytes = 0;
  let seen = 0;
  return {
    write(chunk) {
      const room = chunk.subarray(0, maxBytes - bytes);
      bytes += room.length;
      seen += chunk.length;
      if (room.length > 0) parts.push(keep.write(room));
      return all.write(chunk);
    },
    end() {
      parts.push(keep.end());
      return all.end();
    },
    kept: () => parts.join(''),
    dropped: () => seen > bytes,
  };
}

function lineSplitter(): { push(text: string): readonly string[]; rest(): readonly string[] } {
  let buffered = '';
  return {
    push(text) {
      const lines = (buffered + text).split(/\r?\n/);
      buffered = lines.pop() ?? '';
      if (buffered.length < LONGEST_LINE) return lines;
      lines.push(buffered);
      buffered = '';
      return lines;
    },
    rest: () => (buffered === '' ? [] : [buffered]),
  };
}
