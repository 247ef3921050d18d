import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Long enough to go back and forth between two versions of a recipe without building again. */
const KEEP_MS = 7 * 24 * 3600 * 1000;

/** `images-3f2a91c0d5e7`; what is not finished has a name that begins with `partial-`. */
const RESULT = /^(?!partial-)[a-z][a-z0-9-]*-[0-9a-f]{12}$/;

/**
 * Removes results of older recipes from the folder of the stages: those that are not current and that are older than
 * a week. Anything that is not named like a result stays.
 *
 * @param current names of the results that the recipe leads to, for every version that it can build
 * @returns the names that were removed
 */
export async function pruneResults(
  folder: string,
  current: ReadonlySet<string>,
  now: Date,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    if (!RESULT.test(name) || current.has(name)) continue;
    const found = await stat(join(folder, name));
    if (now.getTime() - found.mtimeMs < KEEP_MS) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed.sort();
}
