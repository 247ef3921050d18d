import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where each cgroup hierarchy is mounted: several on v1, one on v2. */
export async function cgroupRoots(): Promise<readonly string[]> {
  return parseCgroupRoots(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** @see proc_pid_mountinfo(5): the file system type follows the field ` - ` */
export function parseCgroupRoots(mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const type = after.split(' ')[0];
    const mountPoint = before.split(' ')[4];
    return (type === 'cgroup' || type === 'cgroup2') && mountPoint !== undefined ? [mountPoint] : [];
  });
}

/** Our cgroup in every hierarchy where it exists, with everything below it, deepest first. */
export async function ownCgroups(parent: string, roots: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(roots.map((root) => foldersBelow(join(root, parent))));
  return found.flat();
}

async function foldersBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) below.push(...(await foldersBelow(join(folder, entry.name))));
  }
  return [...below, folder];
}

/** Processes in these cgroups. Frozen ones are thawed: on v1 even SIGKILL waits for that. */
export async function processesIn(cgroups: readonly string[]): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (const folder of cgroups) {
    await writeFile(join(folder, 'freezer.state'), 'THAWED', { flag: 'r+' }).catch(() => undefined);
    const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const word of text.split('\n')) if (word !== '') pids.add(Number(word));
  }
  // 0 stands for a process of another pid namespace, which cannot be addressed from here.
  pids.delete(0);
  return [...pids];
}

/** Removes empty cgroups, deepest first. @returns those that would not go */
export async function removeCgroups(cgroups: readonly string[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const folder of cgroups) {
    await rmdir(folder).catch(() => left.push(folder));
  }
  return left;
}
