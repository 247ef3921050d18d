import { readFileSync, writeFileSync } from 'node:fs';

const FILE = '/proc/sys/fs/inotify/max_user_instances';
/** What docs/doctor.md (D10) recommends: a node takes sixteen to thirty, and the tests have seven at a time. */
const ENOUGH = 512;

/**
 * Some tests have more nodes at a time than the usual limit of 128 allows. Raises it where we may, until
 * {@link giveBackInotify}; elsewhere those that need it fail with the words of D10.
 *
 * An embedded engine that starts meanwhile puts the raised limit back when it stops, so it has to stop first.
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
