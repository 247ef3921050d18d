import { spawn, type ChildProcess } from 'node:child_process';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { done, pending, poll } from '../core/poll.ts';

/** How a run of podproof ended. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** What is worth knowing about how the fault was planted this time. */
  readonly note?: string;
}

export interface RunOrder {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** After this time it is killed, and the fault has failed. */
  readonly limitMs: number;
}

const STREAMS_MS = 2000;

/** A podproof in a process of its own, so that it can be watched, told to stop and killed like that of a user. */
export class PodproofRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly #text = { stdout: '', stderr: '' };

  constructor({ argv, cwd, env, limitMs }: RunOrder) {
    const startedAt = systemClock.now();
    const [program, ...args] = argv;
    this.child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const name of ['stdout', 'stderr'] as const)
      this.child[name]?.setEncoding('utf8').on('data', (piece: string) => (this.#text[name] += piece));
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    this.child.on('error', reject);
    this.child.on('exit', (exitCode, signal) => {
      const ms = Math.round(systemClock.now() - startedAt);
      const end = (): void => resolve({ exitCode, signal, ...this.#text, ms });
      this.child.on('close', end);
      // Something that outlives it may hold its streams open; that is for the leak check to find.
      Deadline.in(STREAMS_MS, 'the streams to close').signal.addEventListener('abort', end);
    });
    const limit = Deadline.in(limitMs, 'podproof to end');
    limit.signal.addEventListener('abort', () => this.child.kill('SIGKILL'));
    this.ended = promise;
  }

  /** What was written so far. */
  get text(): string {
    return this.#text.stdout + this.#text.stderr;
  }

  /** Waits until something was written that fits. @throws TimeoutError with the last lines; Error when it ended */
  async until(pattern: RegExp, withinMs = 60_000): Promise<void> {
    await poll(
      () => {
        if (pattern.test(this.text)) return Promise.resolve(done(true));
        const { exitCode, signalCode } = this.child;
        const end = signalCode ?? exitCode;
        if (end !== null)
          throw new Error(`podproof ended with ${String(end)} and never wrote ${String(pattern)}`);
        return Promise.resolve(pending(this.text.slice(-200)));
      },
      {
        deadline: Deadline.in(withinMs, `podproof to write ${String(pattern)}`),
        pauseMs: 20,
        maxPauseMs: 50,
      },
    );
  }

  /** As the kernel does it: no handler, no clean-up. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** As a terminal does it: to the process and to everything that it started and that did not leave its group. */
  killGroup(signal: NodeJS.Signals): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
  }
}
