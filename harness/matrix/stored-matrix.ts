import { readFile } from 'node:fs/promises';
import type { ExitCode } from '../core/exit-codes.ts';
import { isRecord } from '../core/json.ts';
import type { Row, Difference } from './compare.ts';

/**
 * `matrix.json`, for programs and for the next start of the same matrix. `schema` changes when a field changes its
 * meaning or goes away; new fields may come at any time. Times are milliseconds.
 */
export interface MatrixV1 {
  readonly schema: 1;
  /** Empty for a comparison of files. */
  readonly name: string;
  readonly cells: readonly CellV1[];
  /** Of earlier starts under the same name, which the last one did not ask for; they are not run again either. */
  readonly earlier: readonly CellV1[];
  readonly claims: readonly Row[];
  readonly differences: readonly Difference[];
  readonly exitCode: ExitCode;
}

export interface CellV1 {
  /** `kind-1.36-3`; of a comparison the path of the file. */
  readonly name: string;
  readonly title: string;
  /** `not run`: there is no verdict of it; `reason` says why. */
  readonly state: 'run' | 'not run';
  readonly reason: string | null;
  /** What it is that makes the cell worse than its result: it is not what was asked for. */
  readonly problems: readonly string[];
  readonly exitCode: ExitCode;
  /** Equal fingerprints mean that nothing we know of would make it come out otherwise. */
  readonly inputs: string | null;
  /** The file with the result, in the folder of the matrix, and what the run wrote in it. */
  readonly result: { readonly file: string; readonly sha256: string } | null;
  /** ISO 8601, the start of the run. */
  readonly at: string | null;
  /** The whole run with its clean-up. */
  readonly ms: number | null;
  /** Until the last verdict. */
  readonly verdictMs: number | null;
  /** True when it was taken from an earlier start of the matrix. */
  readonly reused: boolean;
  /** Provider, versions and everything else that the result says about what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
}

/** All cells of earlier starts; none when the file is not there or was not written by this version. */
export async function storedCells(file: string): Promise<readonly CellV1[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    const found: unknown = JSON.parse(text);
    if (!isRecord(found) || found['schema'] !== 1 || !Array.isArray(found['cells'])) return [];
    const lists: readonly unknown[] = [found['cells'], found['earlier']];
    return lists.flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : [])).filter(isCell);
  } catch {
    return [];
  }
}

function isCell(value: unknown): value is CellV1 {
  if (!isRecord(value) || typeof value['name'] !== 'string' || typeof value['exitCode'] !== 'number')
    return false;
  const { result, inputs, at } = value;
  const isTold =
    isRecord(result) && typeof result['file'] === 'string' && typeof result['sha256'] === 'string';
  return isTold && typeof inputs === 'string' && typeof at === 'string' && Array.isArray(value['problems']);
}
