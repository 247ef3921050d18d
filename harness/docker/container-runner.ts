import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { systemClock, type Clock } from '../core/clock.ts';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import { askExitCode } from './ask-exit-code.ts';
import { captureOutput } from './captured-output.ts';
import { demultiplex } from './demultiplex.ts';
import { reasonOf } from './engine-error.ts';
import type { Exec, ExecTransport } from './exec-transport.ts';
import { killMarked, MARK_VARIABLE } from './kill-marked.ts';

export interface ContainerRunnerOptions {
  readonly container: string;
  /** For people: "node podproof-3f2a91-worker". */
  readonly where: string;
  readonly transport: ExecTransport;
  /** Bytes kept per stream. @default 8 MiB */
  readonly maxOutputBytes?: number;
  /** How long the engine may need to tell the exit code after the output ended. @default 2000 */
  readonly settleMs?: number;
  readonly clock?: Clock;
}

/** How a command ended, without what it wrote. */
type Ending =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'notStarted'; readonly why: string }
  | { readonly kind: 'inconclusive'; readonly why: string };

/**
 * Runs commands in a container through the engine's exec API. What it answers can be trusted: `exited` needs a whole
 * stream, an engine that says the process has ended, and its exit code. A stream that breaks, a container that is
 * gone, paused or stops meanwhile, an engine that dies: all are `inconclusive`. It never hangs and never rejects.
 *
 * A command that outlives its deadline is killed in the container with all its children: closing the connection
 * alone would leave it running there.
 *
 * @example const result = await containerRunner({ container, where, transport }).run(['id', '-u'], { deadline })
 */
export function containerRunner(options: ContainerRunnerOptions): CommandRunner {
  return { where: options.where, run: (argv, run) => runInContainer(argv, run, options) };
}

async function runInContainer(
  argv: readonly [string, ...string[]],
  run: RunOptions,
  options: ContainerRunnerOptions,
): Promise<CommandResult> {
  const { clock = systemClock, maxOutputBytes = 8 * 1024 * 1024 } = options;
  const startedAt = clock.now();
  const output = captureOutput(maxOutputBytes, run.onLine);
  const mark = randomUUID();
  const ending = await attempt({ argv, run, options, output, mark });
  if (ending.kind === 'timedOut') await killMarked(mark, options);
  const streams = { ...output.finish(), durationMs: Math.round(clock.now() - startedAt) };
  if (ending.kind === 'timedOut') return { ...streams, kind: 'timedOut', afterMs: streams.durationMs };
  if (ending.kind === 'exited' && isRuntimeRefusal(ending.exitCode, streams.stdout)) {
    return { ...streams, kind: 'notStarted', why: streams.stdout.trim(), stdout: '' };
  }
  return { ...streams, ...ending };
}

interface Attempt {
  readonly argv: readonly string[];
  readonly run: RunOptions;
  readonly options: ContainerRunnerOptions;
  readonly output: ReturnType<typeof captureOutput>;
  readonly mark: string;
}

async function attempt(request: Attempt): Promise<Ending> {
  const { deadline } = request.run;
  try {
    const exec = await deadline.race(prepare(request));
    const broken = await exchange(exec, request);
    if (broken !== undefined) return inconclusive(broken);
    return await exitOf(exec, request);
  } catch (error) {
    if (deadline.signal.aborted) return { kind: 'timedOut' };
    const why = reasonOf(error);
    return isMissingProgram(why) ? { kind: 'notStarted', why } : inconclusive(why);
  }
}

function prepare({ argv, run, options, mark }: Attempt): Promise<Exec> {
  const env = { ...run.env, [MARK_VARIABLE]: mark };
  return options.transport.prepare(
    {
      container: options.container,
      argv,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      cwd: run.cwd,
      stdin: run.stdin !== undefined,
    },
    run.deadline.signal,
  );
}

/** Sends stdin and reads until the stream ends. @returns why the stream cannot be trusted, or undefined */
async function exchange(exec: Exec, { run, output }: Attempt): Promise<string | undefined> {
  const { deadline, stdin } = run;
  const starting = exec.start(deadline.signal);
  // A connection that comes up after the deadline belongs to nobody.
  starting.then(
    (late) => {
      if (deadline.signal.aborted) late.destroy();
    },
    () => undefined,
  );
  const stream = await deadline.race(starting);
  const frames = demultiplex((name, chunk) => {
    output.write(name, chunk);
  });
  stream.on('data', (chunk: Buffer) => {
    frames.write(chunk);
  });
  const ended = endOf(stream);
  if (stdin !== undefined) stream.end(stdin);
  try {
    return (await deadline.race(ended)) ?? frames.problem();
  } finally {
    stream.destroy();
  }
}

/** Settles when the stream is over: with undefined after a regular end, otherwise with what went wrong. */
function endOf(stream: Duplex): Promise<string | undefined> {
  return new Promise((resolve) => {
    stream.once('end', () => {
      resolve(undefined);
    });
    // `on`, because a second error without a listener would end the process.
    stream.on('error', (error) => {
      resolve(`the stream to the container broke: ${reasonOf(error)}`);
    });
    stream.once('close', () => {
      resolve('the stream to the container was closed before its end');
    });
  });
}

/** Everything in a container that is stopped gets SIGKILL or SIGTERM; that says nothing about the command. */
async function exitOf(exec: Exec, { run, options }: Attempt): Promise<Ending> {
  const { transport, container } = options;
  const exitCode = await askExitCode(exec, run.deadline, options);
  if (typeof exitCode === 'string') return inconclusive(exitCode);
  if (exitCode >= 128) {
    const state = await run.deadline.race(transport.containerState(container, run.deadline.signal));
    if (!state.running)
      return inconclusive(`the container stopped while the command ran (exit ${String(exitCode)})`);
  }
  return { kind: 'exited', exitCode };
}

function inconclusive(why: string): Ending {
  return { kind: 'inconclusive', why };
}

/**
 * After an upgrade the daemon has no HTTP status left to say that the runtime could not start the program: it
 * writes the runtime's message into stdout and sets 126 or 127 (moby, postContainerExecStart).
 */
function isRuntimeRefusal(exitCode: number, stdout: string): boolean {
  return (exitCode === 126 || exitCode === 127) && /^OCI runtime exec failed: .*\r\n$/s.test(stdout);
}

function isMissingProgram(why: string): boolean {
  return /OCI runtime exec failed|executable file not found/.test(why);
}
