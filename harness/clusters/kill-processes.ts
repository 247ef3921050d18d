import { readdir, readFile } from 'node:fs/promises';

/** One that was about to start another may have done so while it was being looked at. */
const LOOKS = 3;

/**
 * Ends every process whose arguments are meant, and those that they started meanwhile. Linux only: elsewhere there is
 * no /proc, and nothing happens.
 */
export async function killProcesses(isMeant: (argv: readonly string[]) => boolean): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) if ((await killOnce(isMeant)) === 0) return;
}

/** @returns how many were ended */
async function killOnce(isMeant: (argv: readonly string[]) => boolean): Promise<number> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number);
  const ended = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
      return pid !== process.pid && isMeant(text.split('\0')) && kill(pid);
    }),
  );
  return ended.filter(Boolean).length;
}

/** @returns false when it had ended by itself */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
