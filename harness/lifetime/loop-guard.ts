import { realpathSync } from 'node:fs';
import { url as inspectedAt } from 'node:inspector';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InfrastructureError } from '../core/errors.ts';
import type { LoopGuardMessage, LoopGuardOrder, StoppedCode } from './loop-guard-order.ts';

export interface LoopGuardOptions {
  /** How long code may keep the processor. @default 10000 */
  readonly limitMs?: number;
}

export interface LoopGuard extends Disposable {
  /**
   * Aborts with InfrastructureError CODE_NEVER_WAITS when code in this folder was stopped; once that has happened, the
   * next call gives a new signal, for a second attempt.
   */
  readonly codeStopped: (folder: string) => AbortSignal;
}

const LIMIT_MS = 10_000;

/**
 * Scenario files run in podproof's own process. One that computes for ever, after something it awaited, would keep the
 * whole process from everything: deadlines, Ctrl-C, the clean-up. A second thread sees that the first answers no
 * more, looks through the inspector what it is at, and stops it if that is code from outside of podproof. Whoever
 * waits for that code learns it from the signal; the rest of the run goes on. Not with a debugger at work, which stops
 * code for longer.
 *
 * @param folders of the scenarios
 * @example using loop = guardLoop(folders); await deadline.race(observe(), loop.codeStopped(folder));
 */
export function guardLoop(
  folders: readonly string[],
  { limitMs = LIMIT_MS }: LoopGuardOptions = {},
): LoopGuard {
  /** Of the folders that somebody has asked for. */
  const stops = new Map<string, AbortController>();
  const codeStopped = (folder: string): AbortSignal => {
    const stop = stops.get(folder) ?? new AbortController();
    stops.set(folder, stop);
    return stop.signal;
  };
  if (inspectedAt() !== undefined) return { codeStopped, [Symbol.dispose]: () => undefined };
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: LoopGuardOrder = {
    beats,
    limitMs,
    harness: new URL('../', import.meta.url).href,
  };
  const worker = new Worker(new URL('loop-guard-thread.ts', import.meta.url), {
    workerData,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  worker.on('message', (message: LoopGuardMessage) => {
    if (message.type === 'look') {
      Atomics.add(beats, 0, 1);
      return;
    }
    for (const folder of foldersOf(message.code, folders)) {
      const stop = stops.get(folder);
      stops.delete(folder);
      stop?.abort(neverWaits(message.code, limitMs));
    }
  });
  // Without it a run goes on as before, only without this help.
  worker.on('error', () => undefined);
  worker.unref();
  return {
    codeStopped,
    [Symbol.dispose]() {
      void worker.terminate();
    },
  };
}

/** The scenario that the file belongs to; all of them for a file that several may share. */
function foldersOf({ url }: StoppedCode, folders: readonly string[]): readonly string[] {
  const file = fileURLToPath(url);
  const own = folders.filter((folder) => file.startsWith(`${realpathSync(folder)}${sep}`));
  return own.length === 0 ? folders : own;
}

function neverWaits({ url, line, column }: StoppedCode, limitMs: number): InfrastructureError {
  const place = `${relative(process.cwd(), fileURLToPath(url))}:${String(line)}:${String(column)}`;
  return new InfrastructureError(
    'CODE_NEVER_WAITS',
    `${place}: this code kept the processor for ${String(limitMs / 1000)} s and was stopped`,
    { hint: 'A loop in it never ends, or awaits nothing.' },
  );
}
