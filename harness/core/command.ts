import type { Deadline } from './deadline.ts';

/**
 * How a command ended, wherever it ran: laptop, node or pod. Only `exited` is an answer. The others say that we do
 * not know what the command would have said; no code may turn them into an exit code.
 */
export type CommandResult =
  | (Streams & { readonly kind: 'exited'; readonly exitCode: number })
  | (Streams & { readonly kind: 'signalled'; readonly signal: string })
  | (Streams & { readonly kind: 'timedOut'; readonly afterMs: number })
  | (Streams & { readonly kind: 'notStarted'; readonly why: string })
  | (Streams & { readonly kind: 'inconclusive'; readonly why: string });

interface Streams {
  readonly stdout: string;
  readonly stderr: string;
  /** Whole milliseconds of wall time. */
  readonly durationMs: number;
  /** True when an output was longer than the cap and its tail was dropped. */
  readonly truncated?: boolean;
}

export interface RunOptions {
  /** Ends the command; a command without a deadline cannot be written. */
  readonly deadline: Deadline;
  /** Text for standard input; without it standard input is closed at once. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each complete line as it arrives, for progress. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** Runs argv arrays somewhere. There is no shell: every element reaches the program as it is. */
export interface CommandRunner {
  /** Where the commands run, for people: "laptop", "node podproof-x-worker", "pod pod-hn". */
  readonly where: string;
  /** Never rejects for what the command does; the result says how it ended. */
  run(argv: readonly [string, ...string[]], options: RunOptions): Promise<CommandResult>;
}

/** How a result reads in one line. @example "exit 7: curl: (7) Failed to connect" */
export function describeResult(result: CommandResult): string {
  const text = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-3).join(' | ').slice(0, 400);
  const tail = text === '' ? '' : `: ${text}`;
  switch (result.kind) {
    case 'exited':
      return `exit ${String(result.exitCode)}${tail}`;
    case 'signalled':
      return `ended by ${result.signal}${tail}`;
    case 'timedOut':
      return `no answer within ${(result.afterMs / 1000).toFixed(1)} s${tail}`;
    case 'notStarted':
      return `not started: ${result.why}`;
    case 'inconclusive':
      return `unknown outcome: ${result.why}`;
  }
}

/** An argv as one can paste it into a shell. */
export function formatArgv(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
