import { readdir, readFile } from 'node:fs/promises';

/**
 * Ends every process whose arguments are meant, until there is none: one that is about to start another may do so
 * while it is being looked at. Linux only: elsewhere there is no /proc, and nothing happens.
 */
export async function killProcesses(isMeant: (argv: readonly string[]) => boolean): Promise<void> {
  while ((await killOnce(isMeant)) > 0);
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
