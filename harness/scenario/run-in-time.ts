/* oxlint-disable podproof/plain-imports -- scenario folders are found at run time, see import-definition.ts */
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';

/**
 * Runs a module for the first time, with an end also for code that never gives the processor back: V8 itself stops what
 * a script with a time limit calls, a timer would never get its turn. Such a script cannot wait, so the module is
 * required; what cannot be required (because it waits itself, or inside Jest) and whatever the module throws is left to
 * the import that follows, which finds the same module, run or not.
 *
 * @returns false when the time was over
 */
export function runInTime(file: string, withinMs: number): boolean {
  const require = createRequire(import.meta.url);
  const load = (): void => void require(file);
  try {
    runInNewContext('load()', { load }, { timeout: withinMs });
    return true;
  } catch (error) {
    return !hasTimedOut(error);
  }
}

function hasTimedOut(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
