import type { PodDocument, SortedDocuments, SupportingDocument } from './sort-documents.ts';

/** One pod to look at, with a name that nobody else has in its namespace. */
export interface NamedPod {
  readonly document: PodDocument;
  /** `undefined` for a Pod without any name: the API server shall say so itself. */
  readonly name: string | undefined;
  /** Number of the namespace: 0 is shared by all files that bring nothing but pods. */
  readonly place: number;
}

export interface Placed {
  readonly pods: readonly NamedPod[];
  /** By number of the namespace. */
  readonly supporting: ReadonlyMap<number, readonly SupportingDocument[]>;
}

/**
 * Gives every pod its place: a file that brings ConfigMaps, Secrets or ServiceAccounts gets a namespace of its own, so
 * that its pods find its objects and not those of another file with the same names. Where two pods of one place have
 * the same name the later ones get a number.
 */
export function assignNames({ pods, supporting }: SortedDocuments): Placed {
  const files = [...new Set(supporting.map(({ origin }) => origin.file))];
  const placeOf = (file: string): number => files.indexOf(file) + 1;
  const taken = new Set<string>();
  const named = pods.map((document): NamedPod => {
    const place = placeOf(document.origin.file);
    const wanted = nameOf(document);
    if (wanted === undefined) return { document, name: undefined, place };
    const name = free(wanted, (candidate) => taken.has(`${String(place)}/${candidate}`));
    taken.add(`${String(place)}/${name}`);
    return { document, name, place };
  });
  const byPlace = Map.groupBy(supporting, ({ origin }) => placeOf(origin.file));
  return { pods: named, supporting: byPlace };
}

function nameOf({ origin, workload }: PodDocument): string | undefined {
  // The API server completes a `generateName` that ends in a dash.
  if (origin.name.endsWith('-')) return `${origin.name}1`;
  if (origin.name !== '') return origin.name;
  return workload === undefined ? undefined : origin.kind.toLowerCase();
}

function free(wanted: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : suffixed(wanted, String(number));
    if (!isTaken(name)) return name;
  }
}

const LONGEST_NAME = 253;

/** The name with something added, as long as pod names may be. */
export function suffixed(name: string, suffix: string): string {
  return `${name.slice(0, LONGEST_NAME - suffix.length - 1).replace(/[-.]+$/, '')}-${suffix}`;
}
