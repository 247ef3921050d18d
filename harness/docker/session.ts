import type { Duplex } from 'node:stream';
import { constants } from 'node:os';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, RunOptions } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { demultiplex } from './demultiplex.ts';
import { reasonOf } from './engine-error.ts';

/** A running session program in a container. It serves one command at a time. */
export interface Session {
  /** False once anything went wrong: a session that broke is never used again. */
  readonly usable: boolean;
  /** The command and its ending, or why nobody knows it. Never rejects. */
  run(argv: readonly string[], options: RunOptions): Promise<CommandResult>;
  close(): void;
}

interface Answer {
  readonly kind: 'exit' | 'signal' | 'fail';
  readonly number: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
}

/**
 * Speaks with a session program over its stream (see session-program.ts). `exited` needs a whole answer with the
 * request's own number; whatever else happens to the stream makes the command `inconclusive` and the session
 * unusable.
 *
 * @param stream the raw stream of the exec, in Docker's frames
 * @throws TimeoutError when the program does not say that it is ready until the deadline; Error when it ended before
 */
export async function openSession(stream: Duplex, deadline: Deadline): Promise<Session> {
  const inbox = createInbox();
  const frames = demultiplex((name, chunk) => inbox.push(name, chunk));
  stream.on('data', (chunk: Buffer) => frames.write(chunk));
  stream.on('error', (error) => inbox.fail(`the stream to the container broke: ${reasonOf(error)}`));
  stream.once('close', () => inbox.fail('the stream to the container was closed'));
  stream.once('end', () => inbox.fail('the session program ended'));
  const ready = await deadline.race(inbox.line());
  if (ready !== 'ready')
    throw new Error(`the session program said ${JSON.stringify(ready.slice(0, 80))} instead of ready`);
  let requests = 0;
  let usable = true;
  return {
    get usable() {
      return usable && inbox.broken() === undefined;
    },
    async run(argv, options) {
      const startedAt = systemClock.now();
      const id = String((requests += 1));
      const streams = { stdout: '', stderr: '' };
      const took = (): number => Math.round(systemClock.now() - startedAt);
      try {
        stream.write(encode(id, argv, options.stdin));
        return { ...resultOf(await options.deadline.race(readAnswer(inbox, id))), durationMs: took() };
      } catch (error) {
        usable = false;
        stream.destroy();
        if (options.deadline.signal.aborted)
          return { kind: 'timedOut', afterMs: took(), durationMs: took(), ...streams };
        return { kind: 'inconclusive', why: reasonOf(error), durationMs: took(), ...streams };
      }
    },
    close() {
      usable = false;
      stream.destroy();
    },
  };
}

function encode(id: string, argv: readonly string[], stdin: string | undefined): Buffer {
  const words = [...argv, ...(stdin === undefined ? [] : [stdin])].map((word) => Buffer.from(word));
  const parts = words.flatMap((word) => [Buffer.from(`${String(word.length)}\n`), word]);
  return Buffer.concat([
    Buffer.from(`${id} ${String(argv.length)} ${stdin === undefined ? '-' : '+'}\n`),
    ...parts,
  ]);
}

async function readAnswer(inbox: Inbox, id: string): Promise<Answer> {
  const line = await inbox.line();
  const match = /^(\d+) (exit|signal|fail) (\d+) (\d+) (\d+) ([01])$/.exec(line);
  if (match === null || match[1] !== id)
    throw new Error(`the session program answered ${JSON.stringify(line.slice(0, 80))} to request ${id}`);
  const [, , kind, number, out, err, dropped] = match;
  const stdout = await inbox.bytes(Number(out));
  const stderr = await inbox.bytes(Number(err));
  return {
    kind: kind === 'exit' || kind === 'signal' ? kind : 'fail',
    number: Number(number),
    stdout,
    stderr,
    truncated: dropped === '1',
  };
}

function resultOf({ kind, number, stdout, stderr, truncated }: Answer): CommandResult {
  const streams = {
    stdout: stdout.toString(),
    stderr: stderr.toString(),
    durationMs: 0,
    ...(truncated ? { truncated } : {}),
  };
  if (kind === 'exit') return { kind: 'exited', exitCode: number, ...streams };
  if (kind === 'signal') return { kind: 'signalled', signal: signalName(number), ...streams };
  return { kind: 'notStarted', why: streams.stderr, ...streams, stderr: '' };
}

function signalName(number: number): string {
  return (
    Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${String(number)}`
  );
}

/** What the program has written and nobody has read yet. One reader at a time. */
interface Inbox {
  push(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** No more will come. */
  fail(why: string): void;
  broken(): string | undefined;
  line(): Promise<string>;
  bytes(count: number): Promise<Buffer>;
}

function createInbox(): Inbox {
  let buffer = Buffer.alloc(0);
  let complaints = '';
  let broken: string | undefined;
  let wake: (() => void) | undefined;
  const until = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (broken !== undefined)
        throw new Error(complaints === '' ? broken : `${broken}: ${complaints.trim().slice(0, 300)}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const take = (count: number): Buffer => {
    const taken = buffer.subarray(0, count);
    buffer = buffer.subarray(count);
    return taken;
  };
  return {
    push(stream, chunk) {
      if (stream === 'stderr') complaints += chunk.toString();
      else buffer = Buffer.concat([buffer, chunk]);
      wake?.();
    },
    fail(why) {
      broken ??= why;
      wake?.();
    },
    broken: () => broken,
    line: () =>
      until(() => {
        const end = buffer.indexOf(10);
        return end === -1 ? undefined : take(end + 1).toString('utf8', 0, end);
      }),
    bytes: (count) => until(() => (buffer.length < count ? undefined : take(count))),
  };
}
