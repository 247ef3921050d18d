import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where to look. */
export interface Looked {
  readonly mark: string;
  path(name: string): string;
}

/**
 * What is still there of a fault's runs: processes, wherever they hang in the process tree, and files outside the run
 * folder. Engines are looked at by those who need one.
 */
export async function leftoversOf(bench: Looked): Promise<readonly string[]> {
  const pids = await processesOf(bench.mark);
  const processes = pids.map(async (pid) => {
    const command = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
    return `process ${String(pid)}: ${command.replaceAll('\0', ' ').slice(0, 120).trim()}`;
  });
  return [...(await Promise.all(processes)), ...(await filesBelow(bench))];
}

/** Found by their environment, which children inherit and keep when they leave their parent. */
export async function processesOf(mark: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.includes(`PODPROOF_FAULT=${mark}`) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

/** Folders that must be empty afterwards, and one in which only the user's own file may be. */
async function filesBelow(bench: Looked): Promise<readonly string[]> {
  const found = await Promise.all(
    ['tmp', 'cache/clusters', 'cache/engine', 'home'].map(async (folder) => {
      const names = await readdir(bench.path(folder), { recursive: true }).catch(() => []);
      return names.map((name) => join(folder, name)).filter((name) => !USERS_OWN.has(name));
    }),
  );
  return found.flat().map((name) => `file ${name}`);
}

const USERS_OWN: ReadonlySet<string> = new Set(['home/.kube', 'home/.kube/config']);
