import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import { cellName, cellTitle, type Cell } from './cell.ts';
import { cellOutcome } from './cell-outcome.ts';
import { notRun, sha256, toldBy, type Entry } from './entry.ts';
import { parseResult } from './read-result.ts';
import { runCell } from './run-cell.ts';

export interface CellWork {
  /** The program that runs one cell when it gets the arguments of `run`. */
  readonly program: readonly [string, ...string[]];
  /** The arguments of `run` for a cell, without the file for its result. */
  readonly argsOf: (cell: Cell) => readonly string[];
  /** Equal for two cells when nothing that is known would make them come out otherwise. */
  readonly inputsOf: (cell: Cell) => string;
  /** Where the results go: `<cell>.json`, and `<cell>.log` with everything that the run printed. */
  readonly folder: string;
  readonly cwd: string;
  /** Longest time of one cell, longer than the time that a run gives itself. */
  readonly limitMs: number;
  readonly stop: AbortSignal;
  readonly insist: AbortSignal;
}

/**
 * Runs one cell and keeps what came of it. A result of an earlier start is removed first: it is not this one's. The run
 * writes to a name that nobody else has: one of a matrix that was killed may still be under way, with other words, and
 * its result must not be taken for this one's.
 */
export async function oneCell(cell: Cell, work: CellWork, onLine: (line: string) => void): Promise<Entry> {
  const name = cellName(cell);
  const file = join(work.folder, `${name}.json`);
  const draft = join(work.folder, `${name}.${randomBytes(4).toString('hex')}.draft`);
  await removeOld(name, work.folder);
  const at = systemClock.date().toISOString();
  const startedAt = systemClock.now();
  const end = await runCell({
    argv: [...work.program, ...work.argsOf(cell), '--json', draft],
    cwd: work.cwd,
    logFile: join(work.folder, `${name}.log`),
    deadline: Deadline.in(work.limitMs, cellTitle(cell), work.stop),
    insist: work.insist,
    onLine: (line) => onLine(line.replace(/^[…✔✖+x] /u, '')),
  });
  const ms = Math.round(systemClock.now() - startedAt);
  const text = await readFile(draft, 'utf8').catch(() => undefined);
  if (text !== undefined) await rename(draft, file);
  const result = text === undefined ? undefined : readable(text, file);
  const outcome = cellOutcome(cell, end, result);
  const { told: base } = notRun(name, cell, '', outcome.exitCode);
  const ran = result === undefined || outcome.state === 'not run' ? {} : toldBy(result);
  const kept = {
    inputs: work.inputsOf(cell),
    result: text === undefined ? null : { file: basename(file), sha256: sha256(text) },
  };
  return { told: { ...base, ...ran, ...outcome, ...kept, at, ms }, result };
}

async function removeOld(name: string, folder: string): Promise<void> {
  const isOld = (file: string): boolean =>
    file === `${name}.json` || (file.startsWith(`${name}.`) && file.endsWith('.draft'));
  const old = (await readdir(folder)).filter(isOld);
  await Promise.all(old.map((file) => rm(join(folder, file), { force: true })));
}

/** What cannot be read is no result; the exit code of the run says the rest. */
function readable(text: string, file: string): ResultV1 | undefined {
  try {
    return parseResult(text, file);
  } catch {
    return undefined;
  }
}
