import type { Inbox } from './inbox.ts';

/*
 * What is said between a session program and us. Two programs speak it: harness/docker/session-program.ts (Perl, on
 * nodes) and scripts/workload-image/session (Go, in pods).
 *
 * The program begins with the line `ready`. One request is a line `ID COUNT STDIN LIMIT`, then COUNT words, and one
 * more word for standard input when STDIN is `+` (`-`: there is none); each word is its length in bytes, a line
 * break and its bytes. One answer is a line `ID KIND NUMBER OUT ERR DROPPED`, then OUT bytes of stdout and ERR bytes
 * of stderr: KIND is `exit` or `signal` with its NUMBER, or `fail` (not started, the reason is in ERR); DROPPED is 1
 * when a stream was longer than the program keeps. Requests are answered in order, one at a time.
 *
 * A command that runs for longer than LIMIT milliseconds is killed by the program, which ends then. That is for
 * commands whose asker is gone: nobody waits for an answer any more.
 */

/** What is asked of a session program. */
export interface Request {
  readonly id: string;
  readonly argv: readonly string[];
  readonly stdin: string | undefined;
  readonly limitMs: number;
}

/** How a command ended, as the program says. */
export interface Answer {
  readonly kind: 'exit' | 'signal' | 'fail';
  readonly number: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
}

/** The bytes of a request. */
export function encodeRequest({ id, argv, stdin, limitMs }: Request): Buffer {
  const words = [...argv, ...(stdin === undefined ? [] : [stdin])].map((word) => Buffer.from(word));
  const parts = words.flatMap((word) => [Buffer.from(`${String(word.length)}\n`), word]);
  const head = [id, argv.length, stdin === undefined ? '-' : '+', Math.ceil(limitMs)].map(String).join(' ');
  return Buffer.concat([Buffer.from(`${head}\n`), ...parts]);
}

/** @throws Error when what comes is not the whole answer to the request with this id */
export async function readAnswer(inbox: Inbox, id: string): Promise<Answer> {
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
