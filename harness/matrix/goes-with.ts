import type { ResultV1 } from '../report/result-v1.ts';

/** A property of the cells that has other values wherever the verdict is another one. */
export interface Companion {
  readonly fact: string;
  /** For each group of cells in the order of the groups, the values that occur in it. */
  readonly values: readonly (readonly string[])[];
}

/** New in every cluster, so that it goes with everything and explains nothing. */
const OF_ONE_CLUSTER: ReadonlySet<string> = new Set(['clusterUid']);

/**
 * What could be behind a difference: properties whose values tell the groups apart. This is no proof. Of two cells
 * every property in which they differ is named; each further cell leaves fewer. What is not known of one cell tells it
 * apart from nobody.
 */
export function goesWith(groups: readonly (readonly Properties[])[]): readonly Companion[] {
  const cells = groups.flat();
  const names = Object.keys(cells[0] ?? {}).filter((fact) => cells.every((properties) => fact in properties));
  return names.flatMap((fact) => {
    const values = groups.map((group) => [...new Set(group.map((properties) => properties[fact] ?? ''))]);
    const isShared = values.some((some, index) =>
      values.slice(index + 1).some((others) => others.some((value) => some.includes(value))),
    );
    return isShared ? [] : [{ fact, values }];
  });
}

export type Properties = Readonly<Record<string, string>>;

/** Everything that a result says about where it came from. */
export function propertiesOf({ versions, cluster }: ResultV1): Properties {
  const facts = Object.entries(versions).filter(([fact]) => !OF_ONE_CLUSTER.has(fact));
  const provider =
    cluster === null ? {} : { provider: cluster.provider, nodes: String(cluster.nodes.length) };
  return { ...Object.fromEntries(facts), ...provider };
}

/** The properties in which the cells are not all the same, and those in which they are. */
export function splitProperties(cells: readonly Properties[]): {
  readonly different: readonly string[];
  readonly same: readonly string[];
} {
  const names = [...new Set(cells.flatMap((properties) => Object.keys(properties)))];
  const isSame = (fact: string): boolean => new Set(cells.map((properties) => properties[fact])).size === 1;
  return { different: names.filter((fact) => !isSame(fact)), same: names.filter(isSame) };
}
