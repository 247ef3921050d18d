import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Deadline } from '../core/deadline.ts';
import { identityOf } from '../core/process-identity.ts';
import { DISMISSAL, type WatchdogOrder } from './watchdog-order.ts';

export interface WatchdogOptions {
  /** Removes what this process leaves behind, for example `podproof clean`. Runs only when this process is dead. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the output of the watchdog and of its command goes. */
  readonly logFile: string;
  /** For its start, a fraction of a second. */
  readonly deadline: Deadline;
}

export interface Watchdog {
  readonly pid: number | undefined;
  /** Everything was taken back: the watchdog ends without doing anything. */
  dismiss(deadline: Deadline): Promise<void>;
}

/**
 * Starts a process of its own that cleans up when this one cannot: SIGKILL, out of memory, a closed laptop lid that
 * took the terminal. It holds the other end of a pipe; when that end closes without a farewell, we are dead. It has
 * a session of its own and ignores SIGINT, SIGTERM and SIGHUP, so that no Ctrl-C reaches it.
 *
 * @example const watchdog = await startWatchdog({ argv: [process.execPath, launcher, 'clean'], env, logFile })
 */
export async function startWatchdog({ argv, env, logFile, deadline }: WatchdogOptions): Promise<Watchdog> {
  const order: WatchdogOrder = { argv, watched: await identityOf() };
  const log = openSync(logFile, 'a', 0o600);
  const program = fileURLToPath(new URL('watchdog-process.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, JSON.stringify(order)],
    { detached: true, stdio: ['pipe', 'pipe', log], env: { ...env } },
  );
  closeSync(log);
  const { stdin, stdout } = child;
  const ended = once(child, 'exit').catch(() => undefined);
  stdin?.on('error', () => undefined);
  // Before it says so, a signal would still end it.
  try {
    await deadline.race(
      Promise.race([new Promise((resolve) => stdout?.once('data', resolve)), ended]),
      () => `the watchdog, process ${String(child.pid)}, starting`,
    );
  } catch (error) {
    // Nothing was made yet that it could have to remove.
    child.kill('SIGKILL');
    throw error;
  }
  stdout?.destroy();
  // Neither the process nor the pipe may keep this process from ending.
  child.unref();
  if (stdin instanceof Socket) stdin.unref();
  return {
    pid: child.pid,
    async dismiss(within) {
      child.ref();
      stdin?.end(DISMISSAL);
      await within.race(ended, () => 'the watchdog still running');
    },
  };
}
