import { constants } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../core/errors.ts';
import type { Collection } from './collection.ts';

/** Written through the redaction, and read by programs: they stay as they are. */
const CLEAN = /\.(?:json|ndjson|yaml|md)$/;
/** Output of programs. */
const TEXT = /\.(?:log|txt)$/;

/** Puts the texts of a run folder and of the folders in it into the collection. Links are not followed. */
export async function keepRunFiles(folder: string, collection: Collection): Promise<void> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const files = entries.filter(
      (entry) => entry.isFile() && (CLEAN.test(entry.name) || TEXT.test(entry.name)),
    );
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      const text = await readFile(path, {
        encoding: 'utf8',
        flag: constants.O_RDONLY | constants.O_NOFOLLOW,
      });
      const shown = join('run', path.slice(folder.length));
      if (CLEAN.test(name)) collection.keepClean(shown, text);
      else collection.keep(shown, text);
    }
  } catch (error) {
    collection.miss(`files of the run folder: ${describeError(error)}`);
  }
}
