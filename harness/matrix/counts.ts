import type { AnswerKind } from './answers.ts';
import type { MatrixV1 } from './stored-matrix.ts';

/** What one cell says to all rows. */
export function answersOf({ claims }: MatrixV1, index: number): readonly AnswerKind[] {
  return claims.flatMap(({ answers }) => answers.slice(index, index + 1).map(({ kind }) => kind));
}

/** @example '62 hold · 1 contradicted · 1 skipped' */
export function countLine(kinds: readonly AnswerKind[]): string {
  return [...Map.groupBy(kinds, (kind) => kind)]
    .map(([kind, same]) => `${String(same.length)} ${kind === 'holds' && same.length !== 1 ? 'hold' : kind}`)
    .join(' · ');
}

/** @example '64 claims and 51 mutants' */
export function countRows({ claims }: MatrixV1): string {
  const mutants = claims.filter(({ id, unit }) => id === unit).length;
  const own = claims.length - mutants;
  const words = `${String(own)} claim${own === 1 ? '' : 's'}`;
  return mutants === 0 ? words : `${words} and ${String(mutants)} mutant${mutants === 1 ? '' : 's'}`;
}

/** @example '2 cells · 2 run · 64 claims · 0 with other verdicts · 1 not shown everywhere · exit 0' */
export function totals(matrix: MatrixV1): string {
  const { cells, claims, differences, exitCode } = matrix;
  const loud = differences.filter(({ isLoud }) => isLoud).length;
  const otherwise = claims.filter(({ isOtherwiseSeen }) => isOtherwiseSeen).length;
  return [
    `${String(cells.length)} cell${cells.length === 1 ? '' : 's'}`,
    `${String(cells.filter(({ state }) => state === 'run').length)} run`,
    countRows(matrix),
    `${String(loud)} with other verdicts`,
    ...(differences.length > loud ? [`${String(differences.length - loud)} not shown everywhere`] : []),
    ...(otherwise > 0 ? [`${String(otherwise)} seen otherwise`] : []),
    `exit ${String(exitCode)}`,
  ].join(' · ');
}
