import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Expensive to make and never changed once made. The engine's data is not among it: two engines cannot share it. */
const SHARED = ['images', 'tools', 'debian', 'go'] as const;

/**
 * The cache folder of the fault suite, beside the user's: an engine of its own, with clusters of its own, so that no
 * fault can hurt a cluster that somebody keeps. What was built or fetched before is linked into it, which takes a
 * second and no room. It stays for the next time.
 */
export async function ownCache(): Promise<string> {
  const users = usersCache();
  const own = `${users}-faults`;
  await linkCache(users, own);
  return own;
}

/** Links what is expensive to make from one cache folder into another, which may be new. */
export async function linkCache(from: string, to: string): Promise<void> {
  await mkdir(join(to, 'engine'), { recursive: true, mode: 0o700 });
  for (const name of SHARED) await link(join(from, name), join(to, name));
  const engine = await readdir(join(from, 'engine')).catch(() => []);
  for (const name of engine.filter((each) => each.startsWith('packages-')))
    await link(join(from, 'engine', name), join(to, 'engine', name));
}

function usersCache(): string {
  const { PODPROOF_CACHE, XDG_CACHE_HOME } = process.env;
  return PODPROOF_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'podproof');
}

/** Adds what is missing; a copy where links are not possible. A user who has nothing cached yet has nothing to share. */
async function link(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => undefined);
  if (names === undefined) return;
  const update = ['--archive', '--no-clobber', '--no-target-directory'];
  await run('cp', [...update, '--link', from, to]).catch(() => run('cp', [...update, from, to]));
}
