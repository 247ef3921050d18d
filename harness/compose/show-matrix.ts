import { join, resolve } from 'node:path';
import type { MatrixSettings } from '../config/matrix-settings.ts';
import { UsageError } from '../core/errors.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { assemble, notRun, toldBy, type Entry } from '../matrix/entry.ts';
import { MATRIX_FILE } from '../matrix/every-cell.ts';
import { matrixMarkdown } from '../matrix/markdown.ts';
import { readResult } from '../matrix/read-result.ts';
import type { MatrixV1 } from '../matrix/stored-matrix.ts';
import { matrixTable } from '../matrix/table.ts';
import { checkReportTarget, writeReport } from '../report/write-report.ts';
import type { Terminal } from './console.ts';

export interface ShowOptions {
  readonly settings: Pick<MatrixSettings, 'json' | 'markdown' | 'verbose'>;
  readonly terminal: Terminal;
  /** Where the files of a matrix are; a comparison of files has none. */
  readonly folder?: string;
}

/** Writes the comparison into the folder of the matrix and wherever the user asked for it, and shows it. */
export async function showMatrix(
  matrix: MatrixV1,
  { settings, terminal, folder }: ShowOptions,
): Promise<ExitCode> {
  const json = `${JSON.stringify(matrix, null, 2)}\n`;
  const markdown = matrixMarkdown(matrix);
  if (folder !== undefined) {
    await writeReport(join(folder, MATRIX_FILE), json);
    await writeReport(join(folder, 'matrix.md'), markdown);
  }
  if (settings.json !== undefined) await writeReport(settings.json, json);
  if (settings.markdown !== undefined) await writeReport(settings.markdown, markdown);
  terminal.out(matrixTable(matrix, { style: terminal.outStyle, verbose: settings.verbose }));
  return matrix.exitCode;
}

/**
 * Compares results that are there already, whatever they are of. Needs nothing but the files.
 *
 * @returns the worst exit code of the results
 * @throws UsageError RESULT_UNREADABLE, RESULT_TWICE
 */
export async function compareFiles(
  files: readonly string[],
  options: Omit<ShowOptions, 'folder'>,
): Promise<ExitCode> {
  const { json, markdown } = options.settings;
  const results = files.map((file) => resolve(file).replace(/[\\/]result\.json$/, ''));
  const twice = files.find((_, index) => results.indexOf(results[index] ?? '') !== index);
  if (twice !== undefined)
    throw new UsageError('RESULT_TWICE', `${twice} is named twice; it would be compared with itself.`, {
      hint: 'Name each result once.',
    });
  for (const file of [json, markdown]) if (file !== undefined) await checkReportTarget(file);
  return showMatrix(assemble('', await Promise.all(files.map(entryOf))), options);
}

async function entryOf(file: string): Promise<Entry> {
  const result = await readResult(file);
  const told = toldBy(result);
  const { told: base } = notRun(file, { provider: '', kubernetes: '', nodes: 0 }, '', result.exitCode);
  return { told: { ...base, ...told, title: `${told.title} (${file})`, state: 'run', reason: null }, result };
}
