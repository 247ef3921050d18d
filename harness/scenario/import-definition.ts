import { pathToFileURL } from 'node:url';
import { systemClock } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { clip } from './problem.ts';

/** What a file exports as default, or why nobody can know. */
export type Imported =
  | { readonly kind: 'imported'; readonly exported: unknown }
  | { readonly kind: 'failed'; readonly message: string; readonly line?: number; readonly column?: number };

/**
 * Runs a scenario file and takes its default export. The file may throw, end without one, or wait for something that
 * never comes; none of that reaches the caller. Only code that never gives the processor back cannot be ended.
 *
 * @param file real path, links resolved
 */
export async function importDefinition(file: string, withinMs: number): Promise<Imported> {
  const url = pathToFileURL(file).href;
  const over = new AbortController();
  try {
    // Scenario folders are found at run time, so their path cannot be written down.
    // oxlint-disable-next-line podproof/plain-imports
    const module = import(url) as Promise<{ readonly default?: unknown }>;
    const imported = await Promise.race([module, tooLate(withinMs, over.signal)]);
    return { kind: 'imported', exported: imported.default };
  } catch (error) {
    return {
      kind: 'failed',
      message: `cannot be loaded: ${clip(describeError(error).split('\n')[0] ?? '', 300)}`,
      ...placeIn(stackOf(error), url, file),
    };
  } finally {
    over.abort();
  }
}

/** A real timer keeps the process alive: a file that waits for nothing would otherwise end it. */
async function tooLate(ms: number, signal: AbortSignal): Promise<never> {
  await systemClock.sleep(ms, signal);
  throw new Error(`still waiting after ${String(ms / 1000)} s; something in it is awaited and never comes`);
}

function stackOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
}

/** The first line of the file that a stack mentions. */
function placeIn(stack: string, url: string, file: string): { line?: number; column?: number } {
  for (const name of [url, file]) {
    const at = stack.indexOf(`${name}:`);
    const [, line, column] =
      at === -1 ? [] : (/^(\d+)(?::(\d+))?/.exec(stack.slice(at + name.length + 1)) ?? []);
    if (line !== undefined) return { line: Number(line), column: Number(column ?? '1') };
  }
  return {};
}
