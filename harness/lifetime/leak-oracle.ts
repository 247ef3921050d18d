import type { Deadline } from '../core/deadline.ts';

/** One part of the world where something could be left behind. */
export interface LeakSource {
  /** For people, in the plural: "containers". */
  readonly what: string;
  /**
   * `added`: what is new is a leak, what went away is not our business. `changed`: any difference is one (files of
   * the user).
   */
  readonly leak: 'added' | 'changed';
  /**
   * Everything there is: an id, and its state or name for people; `undefined` when somebody uses it, so that it
   * counts as there before and never as left behind afterwards.
   */
  list(deadline: Deadline): Promise<ReadonlyMap<string, string | undefined>>;
}

/** What was there at one moment, per source. */
export type Snapshot = ReadonlyMap<LeakSource, ReadonlyMap<string, string | undefined>>;

/**
 * Looks at every source. A source that cannot be read fails the whole snapshot: "could not look" must not become
 * "nothing leaked".
 */
export async function takeSnapshot(sources: readonly LeakSource[], deadline: Deadline): Promise<Snapshot> {
  const seen = sources.map(async (source) => [source, await source.list(deadline)] as const);
  return new Map(await Promise.all(seen));
}

/**
 * What differs between two snapshots of the same sources, one line each. Detects only: putting it right is the
 * business of the sweep or of a person.
 *
 * @example findLeaks(before, after) // ['containers: podproof-3f2a91-worker is new']
 */
export function findLeaks(before: Snapshot, after: Snapshot): readonly string[] {
  return [...after].flatMap(([source, now]) => {
    const then = before.get(source);
    if (then === undefined) return [`${source.what}: not looked at before the run`];
    const added = [...now].flatMap(([id, name]) =>
      then.has(id) || name === undefined ? [] : [`${source.what}: ${name} is new`],
    );
    if (source.leak === 'added') return added;
    const gone = [...then]
      .filter(([id]) => !now.has(id))
      .map(([id, name]) => `${source.what}: ${name ?? id} is gone`);
    const changed = [...now]
      .filter(([id, state]) => then.has(id) && then.get(id) !== state)
      .map(([id, state]) => `${source.what}: ${id} changed from ${then.get(id) ?? ''} to ${state ?? ''}`);
    return [...added, ...gone, ...changed];
  });
}
