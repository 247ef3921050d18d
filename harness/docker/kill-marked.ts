import { Deadline } from '../core/deadline.ts';
import type { ExecTransport } from './exec-transport.ts';

/** Every command gets this variable with a value of its own; children inherit it, so the whole tree can be found. */
export const MARK_VARIABLE = 'PODPROOF_EXEC';

/** Fixed text; the mark is passed as a parameter and therefore is not in this shell's own environment. */
const KILL_SCRIPT =
  'for e in /proc/[0-9]*/environ; do if grep -qs -- "$1" "$e"; then p=${e%/environ}; kill -KILL "${p##*/}"; fi; done';

/** Longest time that killing may add to a command which ran out of time already. */
const KILL_MS = 2000;

/**
 * Kills what a command left running in a container. Best effort and bounded: the caller already reports that the
 * command did not end, and a container that is gone or paused has nothing to kill.
 */
export async function killMarked(
  mark: string,
  { transport, container }: { readonly transport: ExecTransport; readonly container: string },
): Promise<void> {
  const deadline = Deadline.in(KILL_MS, 'processes to be killed');
  const argv = ['sh', '-c', KILL_SCRIPT, 'podproof-kill', mark];
  try {
    const exec = await deadline.race(
      transport.prepare({ container, argv, env: [], cwd: undefined, stdin: false }, deadline.signal),
    );
    const stream = await deadline.race(exec.start(deadline.signal));
    stream.on('error', () => undefined);
    stream.resume();
    await deadline.race(new Promise((resolve) => stream.once('close', resolve).once('end', resolve)));
    stream.destroy();
  } catch {
    // Nothing more can be done from here, see above.
  }
}
