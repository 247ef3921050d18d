import { pathToFileURL } from 'node:url';
import { systemClock } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { clip } from './problem.ts';
import { runInTime } from './run-in-time.ts';

/** What a file exports as default, or why nobody can know. */
export type Imported =
  | { readonly kind: 'imported'; readonly exported: unknown }
  | { readonly kind: 'failed'; readonly message: string; readonly line?: number; readonly column?: number };

/**
 * Runs a scenario file and takes its default export. The file may throw, end without one, or wait for something that
 * never comes, or never give the processor back; none of that reaches the caller.
 *
 * @param file real path, links resolved
 */
export async function importDefinition(file: string, withinMs: number): Promise<Imported> {
  if (!runInTime(file, withinMs))
    return {
      kind: 'failed',
      message: `cannot be loaded: still computing after ${seconds(withinMs)}; a loop in it never ends`,
    };
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
  throw new Error(`still waiting after ${seconds(ms)}; something in it is awaited and never comes`);
}

function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}

function stackOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
}

/** The first place in the file that a stack mentions. Node may show a line above the stack, without its column. */
function placeIn(stack: string, url: string, file: string): { line?: number; column?: number } {
  const places = [url, file].flatMap((name) =>
    stack
      .split(`${name}:`)
      .slice(1)
      .flatMap((rest) => {
        const [, line, column] = /^(\d+)(?::(\d+))?/.exec(rest) ?? [];
        return line === undefined
          ? []
          : [{ line: Number(line), column: column === undefined ? undefined : Number(column) }];
      }),
  );
  const place = places.find(({ column }) => column !== undefined) ?? places[0];
  return place === undefined ? {} : { line: place.line, column: place.column ?? 1 };
}
