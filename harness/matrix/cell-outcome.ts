import { EXIT_CODES, strongestExit, type ExitCode } from '../core/exit-codes.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import type { Cell } from './cell.ts';
import type { CellEnd } from './run-cell.ts';

/** What became of a cell. */
export interface CellOutcome {
  readonly state: 'run' | 'not run';
  /** Why there is no verdict. */
  readonly reason: string | null;
  readonly problems: readonly string[];
  readonly exitCode: ExitCode;
}

/**
 * A cell counts as run when at least one claim was judged in it; otherwise what its run said about that is the reason.
 * A cell that ran on something else than was asked for is no cell of this matrix: exit 5.
 */
export function cellOutcome(cell: Cell, end: CellEnd, result: ResultV1 | undefined): CellOutcome {
  const exitCode = end.kind === 'exited' ? known(end.exitCode) : EXIT_CODES.infrastructure;
  const lost = end.kind === 'lost' ? [end.why] : [];
  if (result === undefined || !isJudged(result))
    return { state: 'not run', reason: reasonOf(end, result), problems: [], exitCode: notGreen(exitCode) };
  const strange = strangersIn(cell, result);
  const problems = [...strange, ...lost, ...result.problems.map(({ message }) => message)];
  const codes = [exitCode, ...(strange.length > 0 ? [EXIT_CODES.integrity] : [])];
  return { state: 'run', reason: null, problems, exitCode: strongestExit(codes) };
}

/**
 * Whether the verdicts of a cell are known, so that it need not be run again: every planned claim was judged or was
 * skipped by plan, and whatever else went wrong came after that.
 */
export function isComplete(exitCode: ExitCode, result: ResultV1 | undefined): boolean {
  const { ok, contradicted, cleanup, flaky } = EXIT_CODES;
  const settled: readonly ExitCode[] = [ok, contradicted, cleanup, flaky];
  return (
    result !== undefined && isJudged(result) && settled.includes(exitCode) && result.exitCode === exitCode
  );
}

function isJudged({ scenarios, mutants }: ResultV1): boolean {
  return [...scenarios, ...mutants].some(({ claims }) => claims.some(({ verdict }) => verdict !== null));
}

function reasonOf(end: CellEnd, result: ResultV1 | undefined): string {
  const [problem] = result?.problems ?? [];
  if (problem !== undefined) return problem.message;
  return end.kind === 'lost' ? end.why : `it ended with exit ${String(end.exitCode)} and without a result`;
}

function strangersIn(cell: Cell, { versions, cluster }: ResultV1): readonly string[] {
  const version = versions['kubernetes'] ?? 'unknown';
  const nodes = cluster?.nodes.length ?? 0;
  return [
    ...(version.startsWith(`v${cell.kubernetes}.`)
      ? []
      : [`Kubernetes ${cell.kubernetes} was asked for, ${version} ran`]),
    ...(cluster?.provider === cell.provider
      ? []
      : [`provider ${cell.provider} was asked for, ${cluster?.provider ?? 'none'} ran`]),
    ...(nodes === cell.nodes ? [] : [`${String(cell.nodes)} nodes were asked for, ${String(nodes)} ran`]),
  ];
}

function known(code: number): ExitCode {
  return Object.values(EXIT_CODES).find((each) => each === code) ?? EXIT_CODES.bug;
}

/** A run that says "fine" and has no verdict to show proves nothing. */
function notGreen(code: ExitCode): ExitCode {
  return code === EXIT_CODES.ok ? EXIT_CODES.integrity : code;
}
