import type { Difference } from './compare.ts';
import type { MatrixV1 } from './stored-matrix.ts';

/** Claims that could not be shown in the same cells for the same reason. */
export interface SkippedTogether {
  /** Numbers of the cells, as the tables show them. */
  readonly cells: readonly number[];
  readonly reason: string;
  readonly ids: readonly string[];
}

/** What is behind the differences that are none of verdicts: who skipped what, and why. */
export function skippedTogether({ cells, differences }: MatrixV1): readonly SkippedTogether[] {
  const skips = differences.filter(({ isLoud }) => !isLoud).flatMap((each) => skipsOf(each, cells));
  return [
    ...Map.groupBy(skips, ({ cells: numbers, reason }) => JSON.stringify([numbers, reason])).values(),
  ].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...first, ids: [first, ...rest].flatMap(({ ids }) => ids) }],
  );
}

function skipsOf({ id, groups }: Difference, cells: MatrixV1['cells']): readonly SkippedTogether[] {
  const skipped = groups.filter(({ kind }) => kind === 'skipped').flatMap((group) => group.cells);
  const byReason = Map.groupBy(skipped, ({ answer }) => answer.why);
  return [...byReason].map(([reason, members]) => ({
    cells: members.map(({ name }) => cells.findIndex((cell) => cell.name === name) + 1),
    reason,
    ids: [id],
  }));
}
