import { readFileSync, writeFileSync } from 'node:fs';

const FILE = '/proc/sys/fs/inotify/max_user_instances';
/** What docs/doctor.md (D10) recommends: each node takes about sixteen, and the tests have seven at a time. */
const ENOUGH = 512;
const BEFORE = 'PODPROOF_E2E_INOTIFY_BEFORE';

/**
 * The end-to-end tests have more clusters at a time than the usual limit of 128 allows. Raises it where we may, until
 * {@link giveBackInotify}; elsewhere the tests that need it fail with the words of D10.
 */
export function makeRoomForInotify(): void {
  try {
    const before = readFileSync(FILE, 'utf8').trim();
    if (Number(before) >= ENOUGH) return;
    writeFileSync(FILE, String(ENOUGH));
    process.env[BEFORE] = before;
  } catch {
    // Not root, or not Linux.
  }
}

/** Puts the limit back, unless somebody else has changed it since. */
export function giveBackInotify(): void {
  const { [BEFORE]: before } = process.env;
  if (before !== undefined && readFileSync(FILE, 'utf8').trim() === String(ENOUGH))
    writeFileSync(FILE, before);
}
