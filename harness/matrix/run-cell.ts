import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Deadline } from '../core/deadline.ts';
import { describeError, InterruptedError } from '../core/errors.ts';

export interface CellProcess {
  /** Program and arguments of one run of podproof. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Gets everything that the run prints. */
  readonly logFile: string;
  /** When it ends, the run is told to stop and cleans up; the promise waits for that. */
  readonly deadline: Deadline;
  /** The second signal: the run is told not to wait for its clean-up. */
  readonly insist: AbortSignal;
  /** Called with each line of progress. */
  readonly onLine: (line: string) => void;
}

/** How a run ended: with an exit code of its own, or because somebody else ended it. */
export type CellEnd =
  { readonly kind: 'exited'; readonly exitCode: number } | { readonly kind: 'lost'; readonly why: string };

/** More than the undo stack of a run may take. What is killed after it is finished by the watchdog of that run. */
const CLEAN_UP_MS = 10 * 60_000;
const STREAMS_MS = 2000;

/**
 * Starts a run in a process of its own and waits until it has ended, also after an interrupt. The process leads a
 * group of its own: Ctrl-C reaches it through us alone, and therefore once, which means "clean up". Twice would mean
 * "do not wait for the clean-up".
 *
 * @example await runCell({ argv: [process.execPath, launcher, 'run', '--json', file], cwd, logFile, ... })
 */
export async function runCell(cell: CellProcess): Promise<CellEnd> {
  const { deadline, insist } = cell;
  const [program, ...args] = cell.argv;
  const log = openSync(cell.logFile, 'w', 0o600);
  const child = spawn(program, args, { cwd: cell.cwd, stdio: ['ignore', log, 'pipe'], detached: true });
  const ended = endOf(child, (line) => {
    writeSync(log, `${line}\n`);
    cell.onLine(line);
  });
  const again = (): void => void child.kill(signalFor(insist));
  insist.addEventListener('abort', again, { once: true });
  try {
    return await deadline.race(ended).catch(() => cleanedUp(child, ended, deadline));
  } finally {
    insist.removeEventListener('abort', again);
    closeSync(log);
  }
}

function endOf(child: ChildProcess, onLine: (line: string) => void): Promise<CellEnd> {
  const { promise, resolve } = Promise.withResolvers<CellEnd>();
  const { stderr } = child;
  const lines = stderr === null ? undefined : createInterface({ input: stderr }).on('line', onLine);
  child.once('error', (error) =>
    resolve({ kind: 'lost', why: `it was not started: ${describeError(error)}` }),
  );
  child.once('exit', (exitCode, signal) => {
    const end = (): void => {
      // What comes later is not the run's, and its log is closed.
      lines?.off('line', onLine).close();
      stderr?.destroy();
      resolve(
        exitCode === null
          ? { kind: 'lost', why: `it was ended by ${String(signal)}` }
          : { kind: 'exited', exitCode },
      );
    };
    child.once('close', end);
    // A process that outlives the run may hold the stream open.
    Deadline.in(STREAMS_MS, 'the stream to close').signal.addEventListener('abort', end);
  });
  return promise;
}

async function cleanedUp(
  child: ChildProcess,
  ended: Promise<CellEnd>,
  { signal }: Deadline,
): Promise<CellEnd> {
  child.kill(signalFor(signal));
  return Deadline.in(CLEAN_UP_MS, 'the run to clean up')
    .race(ended)
    .catch(() => {
      child.kill('SIGKILL');
      return ended;
    });
}

/** The signal that we got ourselves, so that the run ends with the same exit code as we do. */
function signalFor({ reason }: AbortSignal): NodeJS.Signals {
  const names = { 129: 'SIGHUP', 130: 'SIGINT', 143: 'SIGTERM' } as const;
  if (!(reason instanceof InterruptedError)) return 'SIGTERM';
  return Object.entries(names).find(([code]) => Number(code) === reason.exitCode)?.[1] ?? 'SIGTERM';
}
