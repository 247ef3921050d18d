import { systemClock, type Clock } from '../core/clock.ts';
import type { Deadline } from '../core/deadline.ts';
import { done, pending, poll, type Look } from '../core/poll.ts';
import { reasonOf } from './engine-error.ts';
import type { Exec } from './exec-transport.ts';

/**
 * The exit code as the engine knows it, or why it does not. It may need a moment after the end of the stream; if the
 * process still runs then, either the connection was cut or the program closed its outputs, and we cannot know which.
 * The moment starts with the first answer: a busy engine takes seconds to answer (it holds a lock per container while
 * it starts commands; measured with 24 at once on two cores), and that is no reason to doubt.
 */
export async function askExitCode(
  exec: Exec,
  deadline: Deadline,
  { settleMs = 2000, clock = systemClock }: { readonly settleMs?: number; readonly clock?: Clock },
): Promise<number | string> {
  let firstAnswerAt: number | undefined;
  const patient = (seen: string): Look<string> => {
    firstAnswerAt ??= clock.now();
    if (clock.now() - firstAnswerAt < settleMs) return pending(seen);
    return done(`the output ended but the engine knows no exit code: ${seen}`);
  };
  return poll<number | string>(
    async (signal) => {
      try {
        const { running, exitCode } = await exec.inspect(signal);
        return running || exitCode === null ? patient('the command still runs') : done(exitCode);
      } catch (error) {
        deadline.signal.throwIfAborted();
        return patient(reasonOf(error));
      }
    },
    { deadline, pauseMs: 5, maxPauseMs: 200, clock },
  );
}
