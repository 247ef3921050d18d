import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strongestExit, type ExitCode } from '../core/exit-codes.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import { cellTitle, type Cell } from './cell.ts';
import { isComplete } from './cell-outcome.ts';
import { compareResults } from './compare.ts';
import { propertiesOf } from './goes-with.ts';
import { parseResult } from './read-result.ts';
import type { CellV1, MatrixV1 } from './stored-matrix.ts';

/** A cell with the result that it came to. */
export interface Entry {
  readonly told: CellV1;
  /** undefined when it was not run. */
  readonly result: ResultV1 | undefined;
}

interface Beside {
  /** Of what else went wrong. */
  readonly codes?: readonly ExitCode[];
  readonly earlier?: readonly CellV1[];
}

/** Everything about a matrix, as it is written and shown. The exit code is the worst of the cells. */
export function assemble(
  name: string,
  entries: readonly Entry[],
  { codes = [], earlier = [] }: Beside = {},
): MatrixV1 {
  const compared = entries.map(({ told, result }) => ({
    name: told.name,
    result: told.state === 'run' ? result : undefined,
  }));
  const { rows, differences } = compareResults(compared);
  return {
    schema: 1,
    name,
    cells: entries.map(({ told }) => told),
    earlier,
    claims: rows,
    differences,
    exitCode: strongestExit([...entries.map(({ told }) => told.exitCode), ...codes]),
  };
}

/** What a result says about the cell that it is of. */
export function toldBy(result: ResultV1): Pick<CellV1, 'title' | 'verdictMs' | 'versions'> {
  const { cluster, versions, timings } = result;
  const title = cellTitle({
    provider: cluster?.provider ?? 'no cluster',
    kubernetes: versions['kubernetes'] ?? 'unknown',
    nodes: cluster?.nodes.length ?? 0,
  });
  return { title, verdictMs: timings.verdictMs, versions: propertiesOf(result) };
}

/** A cell of which nothing is known but the reason. */
export function notRun(name: string, cell: Cell, reason: string, exitCode: ExitCode): Entry {
  const nothing = {
    inputs: null,
    result: null,
    at: null,
    ms: null,
    verdictMs: null,
    reused: false,
    versions: {},
  };
  const told = {
    name,
    title: cellTitle(cell),
    state: 'not run',
    reason,
    problems: [],
    exitCode,
    ...nothing,
  } as const;
  return { told, result: undefined };
}

/**
 * The cell as an earlier start of the matrix left it, if that is worth as much as running it again: it was run on the
 * same inputs, all its verdicts are known, and nobody changed its file since.
 */
export async function reusable(
  stored: readonly CellV1[],
  { folder, name, inputs }: { readonly folder: string; readonly name: string; readonly inputs: string },
): Promise<Entry | undefined> {
  const told = stored.find((cell) => cell.name === name);
  if (told?.result === undefined || told.result === null || told.inputs !== inputs) return undefined;
  const { file } = told.result;
  const text = await readFile(join(folder, file), 'utf8').catch(() => '');
  if (sha256(text) !== told.result.sha256) return undefined;
  try {
    const result = parseResult(text, file);
    return isComplete(told.exitCode, result) ? { told: { ...told, reused: true }, result } : undefined;
  } catch {
    return undefined;
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
