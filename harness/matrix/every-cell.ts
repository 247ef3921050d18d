import { join } from 'node:path';
import { EXIT_CODES } from '../core/exit-codes.ts';
import type { Progress } from '../core/progress.ts';
import { exitCodeOf } from '../report/problem.ts';
import { writeReport } from '../report/write-report.ts';
import { answerOf, questionsOf } from './answers.ts';
import { cellName, cellTitle, type Cell } from './cell.ts';
import { countLine } from './counts.ts';
import { assemble, notRun, reusable, type Entry } from './entry.ts';
import { oneCell, type CellWork } from './one-cell.ts';
import { storedCells, type CellV1 } from './stored-matrix.ts';

export interface MatrixWork extends CellWork {
  readonly name: string;
  /** Also run cells whose result is there already. */
  readonly fresh: boolean;
  readonly progress: Progress;
}

/** What became of the cells, and what else is in the folder of the matrix. */
export interface Ran {
  readonly entries: readonly Entry[];
  readonly earlier: readonly CellV1[];
}

/** The file in the folder of a matrix that tells everything about it. */
export const MATRIX_FILE = 'matrix.json';

/**
 * Runs the cells one after the other, except those whose result is there already. After each of them everything that
 * is known is written, so that a matrix that was killed goes on where it was. Once it was told to stop, it starts no
 * further run.
 */
export async function everyCell(cells: readonly Cell[], work: MatrixWork): Promise<Ran> {
  const { name, fresh, stop } = work;
  const file = join(work.folder, MATRIX_FILE);
  const stored = await storedCells(file);
  const known = await Promise.all(
    cells.map(async (cell) =>
      fresh
        ? undefined
        : reusable(stored, { folder: work.folder, name: cellName(cell), inputs: work.inputsOf(cell) }),
    ),
  );
  const entries = cells.map((cell, index) => known[index] ?? waiting(cell));
  const earlier = stored.filter(({ name: other }) => !cells.some((cell) => cellName(cell) === other));
  for (const [index, cell] of cells.entries()) {
    const entry = known[index] ?? (stop.aborted ? interrupted(cell, stop) : undefined);
    entries[index] = entry ?? (await shown(cell, work, stored));
    await writeReport(file, `${JSON.stringify(assemble(name, entries, { earlier }), null, 2)}\n`);
  }
  return { entries, earlier };
}

/** Runs a cell with a step of progress around it. */
async function shown(cell: Cell, work: MatrixWork, stored: readonly CellV1[]): Promise<Entry> {
  const lastMs = stored.find(({ name }) => name === cellName(cell))?.ms ?? undefined;
  const step = work.progress.step(cellTitle(cell), lastMs);
  const entry = await oneCell(cell, work, (line) => step.update(line));
  step[entry.told.exitCode === EXIT_CODES.ok ? 'done' : 'fail'](closing(entry));
  return entry;
}

function waiting(cell: Cell): Entry {
  return notRun(cellName(cell), cell, 'its turn has not come', EXIT_CODES.infrastructure);
}

function interrupted(cell: Cell, { reason }: AbortSignal): Entry {
  return notRun(cellName(cell), cell, 'the matrix was interrupted before its turn', exitCodeOf(reason));
}

/** @example '64 hold · exit 0' */
function closing({ told, result }: Entry): string {
  if (told.state === 'not run' || result === undefined) return `not run: ${told.reason ?? ''}`;
  const kinds = questionsOf(result).map((question) => answerOf(result, question).kind);
  return `${countLine(kinds)} · exit ${String(told.exitCode)}`;
}
