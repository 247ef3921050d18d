/** A mistake in a text, before the offset is turned into line and column. */
export interface Fault {
  /** Where in the text; absent when it is about the whole file. */
  readonly offset?: number;
  readonly message: string;
  readonly hint?: string;
}

/** A mistake in a value, at the path that leads to it. */
export interface FieldProblem {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

export type Path = readonly (string | number)[];
