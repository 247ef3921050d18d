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

/** Controllers that a cgroup v2 hierarchy hands on to its children, by mount point; container engines add to them. */
export type Delegation = Readonly<Record<string, readonly string[]>>;

export async function readDelegation(roots: readonly string[]): Promise<Delegation> {
  const delegation: Record<string, readonly string[]> = {};
  for (const root of roots) {
    // v1 has no such file.
    const text = await readFile(join(root, 'cgroup.subtree_control'), 'utf8').catch(() => undefined);
    if (text !== undefined) delegation[root] = text.split(/\s+/).filter((word) => word !== '');
  }
  return delegation;
}

/** Controllers that are handed on now and were not before, as `root: controller`. */
export function addedControllers(
  before: Delegation,
  now: Delegation,
): readonly (readonly [string, string])[] {
  return Object.entries(now).flatMap(([root, controllers]) =>
    controllers
      .filter((controller) => before[root]?.includes(controller) === false)
      .map((controller) => [root, controller] as const),
  );
}

/** Takes back what was added. One that somebody else's cgroup uses by now stays, and is found by the comparison. */
export async function restoreDelegation(before: Delegation, now: Delegation): Promise<void> {
  for (const [root, controller] of addedControllers(before, now)) {
    await writeFile(join(root, 'cgroup.subtree_control'), `-${controller}`).catch(() => undefined);
  }
}
