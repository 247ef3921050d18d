/** Where and on what the scenarios run in one cell of the matrix. */
export interface Cell {
  readonly provider: string;
  /** Minor version of Kubernetes. */
  readonly kubernetes: string;
  /** Number of nodes with the control plane. */
  readonly nodes: number;
}

export interface Dimensions {
  /** Each with its own numbers of nodes: not every provider makes the same by default. */
  readonly providers: readonly { readonly name: string; readonly nodes: readonly number[] }[];
  readonly kubernetes: readonly string[];
}

/** Every combination, providers first: cells that differ least stand side by side. */
export function cellsOf({ providers, kubernetes }: Dimensions): readonly Cell[] {
  return providers.flatMap(({ name, nodes }) =>
    nodes.flatMap((count) =>
      kubernetes.map((minor) => ({ provider: name, kubernetes: minor, nodes: count })),
    ),
  );
}

/** Also the name of its files. @example 'kind-1.36-3' */
export function cellName({ provider, kubernetes, nodes }: Cell): string {
  return `${provider}-${kubernetes}-${String(nodes)}`;
}

/** @example 'kind · Kubernetes 1.36 · 3 nodes' */
export function cellTitle({ provider, kubernetes, nodes }: Cell): string {
  return `${provider} · Kubernetes ${kubernetes} · ${String(nodes)} node${nodes === 1 ? '' : 's'}`;
}

/** The name of a matrix that was given none: the same words find the same results again. @example 'kind-1.37-1.36-3' */
export function matrixName({ providers, kubernetes }: Dimensions): string {
  const counts = new Set(providers.flatMap(({ nodes }) => nodes));
  return [...providers.map(({ name }) => name), ...kubernetes, ...counts].join('-');
}
