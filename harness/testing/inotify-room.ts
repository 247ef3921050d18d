import { readFileSync, writeFileSync } from 'node:fs';

const FILE = '/proc/sys/fs/inotify/max_user_instances';
/** What docs/doctor.md (D10) recommends: each node takes about sixteen, and the tests have seven at a time. */
const ENOUGH = 512;

/**
 * The end-to-end tests have more clusters at a time than the usual limit of 128 allows. Raises it where we may, until
 * {@link giveBackInotify}; elsewhere the tests that need it fail with the words of D10.
 *
 * @returns what it was; undefined when it was not changed
 */
export function makeRoomForInotify(): string | undefined {
  try {
    const before = readFileSync(FILE, 'utf8').trim();
    if (Number(before) >= ENOUGH) return undefined;
    writeFileSync(FILE, String(ENOUGH));
    return before;
  } catch {
    // Not root, or not Linux.
    return undefined;
  }
}

/** Puts the limit back, unless somebody else has changed it since. */
export function giveBackInotify(before: string | undefined): void {
  if (before !== undefined && readFileSync(FILE, 'utf8').trim() === String(ENOUGH))
    writeFileSync(FILE, before);
}
