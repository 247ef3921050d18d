import { execa } from 'execa';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';

/** Output beyond this many bytes per stream is dropped and the result marked as truncated. */
const MAX_OUTPUT = 8 * 1024 * 1024;

/**
 * Runs commands on this machine. The whole process tree ends with the deadline: without `killDescendants` a
 * grandchild that holds stdout open keeps the promise pending (measured with execa 10: 30 s instead of 0.2 s).
 *
 * @example await local().run(['kind', 'version'], { deadline: Deadline.in(10_000, 'kind version') })
 */
export function local(): CommandRunner {
  return { where: 'laptop', run: runLocal };
}

async function runLocal(argv: readonly [string, ...string[]], options: RunOptions): Promise<CommandResult> {
  const { deadline, stdin, env, cwd, onLine } = options;
  const [program, ...args] = argv;
  const startedAt = systemClock.now();
  const subprocess = execa(program, args, {
    reject: false,
    cancelSignal: deadline.signal,
    killDescendants: true,
    forceKillAfterDelay: 5000,
    maxBuffer: MAX_OUTPUT,
    stripFinalNewline: false,
    ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
    ...(env === undefined ? {} : { env, extendEnv: true }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(onLine === undefined
      ? {}
      : {
          stdout: function* (line: unknown) {
            onLine(String(line), 'stdout');
            yield line;
          },
          stderr: function* (line: unknown) {
            onLine(String(line), 'stderr');
            yield line;
          },
        }),
  });
  const result = await subprocess;
  const streams = {
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    durationMs: Math.round(systemClock.now() - startedAt),
  };
  if (result.isCanceled) return { kind: 'timedOut', afterMs: streams.durationMs, ...streams };
  if (result.isMaxBuffer)
    return { kind: 'inconclusive', why: `more than ${String(MAX_OUTPUT)} bytes of output`, ...streams };
  if (result.exitCode !== undefined) return { kind: 'exited', exitCode: result.exitCode, ...streams };
  if (result.signal !== undefined) return { kind: 'signalled', signal: result.signal, ...streams };
  return { kind: 'notStarted', why: result.shortMessage ?? 'unknown reason', ...streams };
}
