import { constants } from 'node:os';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, RunOptions } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { describeError, TimeoutError } from '../core/errors.ts';
import { createInbox } from './inbox.ts';
import { encodeRequest, readAnswer, type Answer } from './protocol.ts';

/** A running session program somewhere. It serves one command at a time. */
export interface Session {
  /** False once anything went wrong: a session that broke is never used again. */
  readonly usable: boolean;
  /** The command and its ending, or why nobody knows it. Never rejects. */
  run(argv: readonly string[], options: RunOptions): Promise<CommandResult>;
  close(): void;
}

/** Both directions of the stream to a session program. */
export interface SessionStream {
  /** Called once; everything that comes is passed on from then on. */
  listen(listener: SessionListener): void;
  send(bytes: Buffer): void;
  /** Ends the program's standard input, and with it the program. */
  close(): void;
}

export interface SessionListener {
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Nothing will come any more, in whatever way it ended. May be called again. */
  readonly onEnd: (why: string) => void;
}

/** The program's own limit comes this much later than ours: it is meant for a time when nobody is here any more. */
const GRACE_MS = 1000;

/**
 * Speaks with a session program (see protocol.ts). `exited` needs a whole answer with the request's own number;
 * whatever else happens to the stream makes the command `inconclusive` and the session unusable.
 *
 * @throws TimeoutError when the program does not say that it is ready until the deadline; Error when it ended before
 */
export async function openSession(stream: SessionStream, deadline: Deadline): Promise<Session> {
  const inbox = createInbox();
  stream.listen({
    onOutput: (name, chunk) => (name === 'stdout' ? inbox.push(chunk) : inbox.complain(chunk)),
    onEnd: (why) => inbox.fail(why),
  });
  try {
    const ready = await deadline.race(inbox.line());
    if (ready !== 'ready')
      throw new Error(`the session program said ${JSON.stringify(ready.slice(0, 80))} instead of ready`);
  } catch (error) {
    stream.close();
    throw error;
  }
  let requests = 0;
  let usable = true;
  const close = (): void => {
    usable = false;
    stream.close();
  };
  return {
    get usable() {
      return usable && inbox.isQuiet();
    },
    async run(argv, { deadline: until, stdin }) {
      const startedAt = systemClock.now();
      const id = String((requests += 1));
      const took = (): { durationMs: number } => ({ durationMs: Math.round(systemClock.now() - startedAt) });
      try {
        stream.send(encodeRequest({ id, argv, stdin, limitMs: until.remainingMs + GRACE_MS }));
        return { ...resultOf(await until.race(readAnswer(inbox, id))), ...took() };
      } catch (error) {
        close();
        const streams = { stdout: '', stderr: '', ...took() };
        if (error instanceof TimeoutError)
          return { kind: 'timedOut', afterMs: streams.durationMs, ...streams };
        const why = describeError(error);
        return { kind: 'inconclusive', why: until.signal.aborted ? `stopped: ${why}` : why, ...streams };
      }
    },
    close,
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
