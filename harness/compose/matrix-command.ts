import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { terminalProgress } from '../cli/terminal-progress.ts';
import type { MatrixSettings } from '../config/matrix-settings.ts';
import type { Places } from '../config/places.ts';
import { runSettings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { acquireFileLock } from '../core/file-lock.ts';
import { kubernetesMinors, requireMinor } from '../images/kubernetes-minors.ts';
import type { ExitGuard } from '../lifetime/exit-guard.ts';
import { listenForSignals } from '../lifetime/signals.ts';
import { cellsOf, matrixName, type Dimensions } from '../matrix/cell.ts';
import { assemble } from '../matrix/entry.ts';
import { everyCell, type Ran } from '../matrix/every-cell.ts';
import { exitCodeOf, problemEvent, renderProblem } from '../report/problem.ts';
import { checkReportTarget } from '../report/write-report.ts';
import { loadScenarios } from '../scenario/load.ts';
import { choose } from '../scenario/plan.ts';
import { cellArguments, inputsOf } from './cell-command.ts';
import type { Terminal } from './console.ts';
import { compareFiles, showMatrix } from './show-matrix.ts';

export interface MatrixInput {
  readonly settings: MatrixSettings;
  readonly places: Places;
  readonly terminal: Terminal;
  readonly guard: Pick<ExitGuard, 'signal'>;
  /** The program that runs one cell when it gets the arguments of `run`. */
  readonly program: readonly [string, ...string[]];
}

/** Beyond the time that a run gives itself, for its clean-up. */
const GRACE_MS = 15 * 60_000;
const LOCK_MS = 24 * 3_600_000;

/**
 * Runs the scenarios once for each combination of provider, version of Kubernetes and number of nodes, and compares
 * what came out; or compares results that are there. After an interrupt the run that is under way cleans up, and the
 * table says what is missing.
 *
 * @returns the worst exit code of the cells
 * @throws UsageError before anything was started
 */
export async function matrixCommand(input: MatrixInput): Promise<ExitCode> {
  const { settings, places, terminal } = input;
  if (settings.compare.length > 0) return compareFiles(settings.compare, { settings, terminal });
  const minors =
    settings.kubernetes.length > 0 ? settings.kubernetes : await kubernetesMinors(places.recipes);
  for (const minor of minors) await requireMinor(places.recipes, minor);
  choose(await loadScenarios(places.scenarios), { ids: settings.run.ids, tags: settings.run.only });
  for (const file of [settings.json, settings.markdown])
    if (file !== undefined) await checkReportTarget(file);
  const dimensions = { ...settings, kubernetes: minors };
  // What a provider cannot be told is a mistake of the command line: better now than as a cell that was not run.
  for (const cell of cellsOf(dimensions)) runSettings({ ...cell }, {});
  const name = settings.name ?? matrixName(dimensions);
  const folder = join(places.runs, `matrix-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(places.runs, '.gitignore'), '*\n');
  const { entries, earlier, interrupt } = await runAll(input, { dimensions, name, folder });
  if (interrupt !== undefined) terminal.err(renderProblem(problemEvent(interrupt), terminal.errStyle));
  const codes = interrupt === undefined ? [] : [exitCodeOf(interrupt)];
  return showMatrix(assemble(name, entries, { codes, earlier }), { settings, terminal, folder });
}

interface Running {
  readonly dimensions: Dimensions;
  readonly name: string;
  readonly folder: string;
}

async function runAll(
  { settings, places, terminal, guard, program }: MatrixInput,
  { dimensions, name, folder }: Running,
): Promise<Ran & { readonly interrupt: unknown }> {
  const insist = new AbortController();
  using watch = listenForSignals({ host: process, onInsist: (error) => insist.abort(error) });
  const stop = AbortSignal.any([watch.signal, guard.signal]);
  await using _lock = await acquireFileLock(join(folder, 'lock'), {
    deadline: Deadline.in(LOCK_MS, `another podproof to finish the matrix ${name}`, stop),
    onWait: ({ pid }) => terminal.err(`… process ${String(pid)} is at work on this matrix\n`),
  });
  const progress = terminalProgress({
    stream: { write: terminal.err },
    style: terminal.errStyle,
    live: terminal.live,
  });
  const fingerprintOf = await inputsOf(places, process.env);
  const ran = await everyCell(cellsOf(dimensions), {
    ...{ name, folder, program, progress, stop },
    argsOf: (cell) => cellArguments(cell, settings.run),
    inputsOf: (cell) => fingerprintOf(cellArguments(cell, settings.run)),
    fresh: settings.fresh,
    cwd: process.cwd(),
    limitMs: settings.run.timeout * 60_000 + GRACE_MS,
    insist: insist.signal,
  });
  progress.close();
  return { ...ran, interrupt: stop.aborted ? stop.reason : undefined };
}
