import { inTime } from '../core/in-time.ts';

/** It compares a few words, or changes a manifest. */
const CODE_MS = 5000;

/**
 * Calls what a scenario's author wrote, with an end also for a loop that has none.
 *
 * @throws OutOfTime; whatever the code throws
 * @example callAuthor(() => expectation.holds(value))
 */
export function callAuthor<T>(code: () => T): T {
  return inTime(code, CODE_MS);
}
