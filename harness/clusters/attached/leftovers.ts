import type { Census } from '../../core/census.ts';

/** What a census is kept as: by id, title and digest, and whether it carried a mark of ours. */
export type KeptCensus = Readonly<Record<string, readonly [title: string, digest: string, marked: boolean]>>;

export interface ClusterChanges {
  /** Ours: they carry a mark of this run, and did not before it. */
  readonly leftovers: readonly string[];
  /** Everything else that is not as it was. On a cluster that others use nobody can tell more. */
  readonly meanwhile: readonly string[];
}

export function keptCensus({ objects }: Census): KeptCensus {
  return Object.fromEntries(
    [...objects].map(([id, { title, digest, marked }]) => [id, [title, digest, marked] as const]),
  );
}

/**
 * How a cluster differs from what it was. Only what carries a mark can be held against us, and all that podproof makes
 * does: its label, the name of its namespaces, or `podproof` as the manager of a field.
 *
 * @example clusterChanges(before, after).leftovers // ['Namespace podproof-3f2a91 is new']
 */
export function clusterChanges(before: KeptCensus, { objects, unlisted }: Census): ClusterChanges {
  const leftovers: string[] = [];
  const meanwhile: string[] = [];
  for (const [id, { title, digest, marked }] of objects) {
    const [, earlier, wasMarked = false] = before[id] ?? [];
    const how = earlier === undefined ? 'is new' : earlier === digest ? undefined : 'changed';
    if (marked && !wasMarked) leftovers.push(`${title} ${how ?? 'was written to'}`);
    else if (how !== undefined) meanwhile.push(`${title} ${how}`);
  }
  const missing = Object.entries(before).filter(([id]) => !objects.has(id));
  // What nobody listed this time is not gone.
  const unseen = unlisted.filter((text) => missing.some(([id]) => isOf(text, id)));
  meanwhile.push(...unseen.map((text) => `${text} (not compared)`));
  for (const [id, [title]] of missing)
    if (!unseen.some((text) => isOf(text, id))) meanwhile.push(`${title} is gone`);
  return { leftovers: leftovers.toSorted(), meanwhile: meanwhile.toSorted() };
}

/** Whether an object is of a kind, or of a group of kinds, that could not be listed. */
function isOf(unlisted: string, id: string): boolean {
  const path = unlisted.slice(0, unlisted.indexOf(': '));
  return id.startsWith(`${path} `) || id.startsWith(`${path}/`);
}
