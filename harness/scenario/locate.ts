import type { Place } from './manifest.ts';

/**
 * The place in a scenario file where a claim, a mutant or the scenario gets its id. `undefined` when that is not
 * certain: a wrong place is worse than none.
 */
export function placeOfId(text: string, id: unknown): Place | undefined {
  if (typeof id !== 'string') return undefined;
  const found = [...text.matchAll(/\bid: *(['"`])(.*?)\1/g)].filter(([, , name]) => name === id);
  const index = found.length === 1 ? found[0]?.index : undefined;
  if (index === undefined) return undefined;
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The id of the innermost thing that has one, on the way to a path. */
export function idOnPath(exported: unknown, path: readonly PropertyKey[]): unknown {
  try {
    let [at, id]: [unknown, unknown] = [exported, idOf(exported)];
    for (const key of path) {
      at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
      id = idOf(at) ?? id;
    }
    return id;
  } catch {
    // A getter of the file threw, and that is told already; the place is only a help.
    return undefined;
  }
}

function idOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
}
