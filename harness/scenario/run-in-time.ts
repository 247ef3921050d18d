/* oxlint-disable podproof/plain-imports -- scenario folders are found at run time, see import-definition.ts */
import { createRequire } from 'node:module';
import { inTime, OutOfTime } from '../core/in-time.ts';

/**
 * Runs a module for the first time, with an end also for code that never gives the processor back. What has a time
 * limit cannot wait, so the module is required; what cannot be required (because it waits itself, or inside Jest) and
 * whatever the module throws is left to the import that follows, which finds the same module, run or not.
 *
 * @returns false when the time was over
 */
export function runInTime(file: string, withinMs: number): boolean {
  const require = createRequire(import.meta.url);
  try {
    inTime(() => void require(file), withinMs);
    return true;
  } catch (error) {
    return !(error instanceof OutOfTime);
  }
}
