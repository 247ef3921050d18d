import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Long enough to go back and forth between two versions of a recipe without building again. */
const KEEP_MS = 7 * 24 * 3600 * 1000;

/**
 * Removes results of older recipes from the folder of the stages: those whose key is not current and that are older
 * than a week. Anything that is not named like a result stays.
 *
 * @returns the names that were removed
 */
export async function pruneResults(
  folder: string,
  keys: ReadonlyMap<string, string>,
  now: Date,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    const { stage = '', key } = /^(?<stage>[a-z]+)-(?<key>[0-9a-f]{12})$/.exec(name)?.groups ?? {};
    if (key === undefined || keys.get(stage) === key) continue;
    const found = await stat(join(folder, name));
    if (now.getTime() - found.mtimeMs < KEEP_MS) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed.sort();
}
