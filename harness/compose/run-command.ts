import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { terminalProgress } from '../cli/terminal-progress.ts';
import type { Places } from '../config/places.ts';
import { podproofVersion } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { NewRunEvent } from '../core/events.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { runJudge } from '../jest/run-judge.ts';
import { listenForSignals } from '../lifetime/signals.ts';
import { UndoStack } from '../lifetime/undo-stack.ts';
import { withUndo } from '../lifetime/with-undo.ts';
import { consoleReport } from '../report/console.ts';
import { exitOf } from '../report/exit.ts';
import { fanOut } from '../report/fan-out.ts';
import { openJournal } from '../report/journal.ts';
import { problemEvent } from '../report/problem.ts';
import { summarize } from '../report/summary.ts';
import { checkReportTarget } from '../report/write-report.ts';
import { loadScenarios } from '../scenario/load.ts';
import { choose } from '../scenario/plan.ts';
import { local } from '../shell/local.ts';
import type { Terminal } from './console.ts';
import { proveOnCluster, type ProveContext } from './prove.ts';
import { writeReports } from './reports.ts';

export interface RunInput {
  readonly settings: RunSettings;
  readonly places: Places;
  readonly terminal: Terminal;
  readonly argv: readonly string[];
}

const JUDGE_MS = 120_000;

/**
 * One run from first to last side effect: check the files, start what is needed, prove, judge, take everything back,
 * report. Whatever happens, the clean-up runs and the exit code is that of the table.
 *
 * @throws UsageError before anything was started
 */
export async function runCommand({ settings, places, terminal, argv }: RunInput): Promise<ExitCode> {
  const startedAt = systemClock.now();
  const scenarios = choose(await loadScenarios(places.scenarios), settings.ids);
  for (const file of [settings.json, settings.junit]) if (file !== undefined) await checkReportTarget(file);

  const runId = randomBytes(3).toString('hex');
  const folder = await makeRunFolder(places, runId);
  const events: NewRunEvent[] = [];
  const journal = openJournal(join(folder, 'journal.ndjson'));
  const progress = terminalProgress({
    stream: { write: terminal.err },
    style: terminal.errStyle,
    live: terminal.live,
  });
  const report = consoleReport({
    write: (text) => progress.aside(() => terminal.out(text)),
    style: terminal.outStyle,
    verbose: settings.verbose,
    evidence: relative(process.cwd(), folder) || folder,
  });
  const sink = fanOut([{ emit: (event) => events.push(event) }, journal, report]);
  const undo = new UndoStack();
  using watch = listenForSignals({
    host: process,
    onInsist: (error) => {
      const open = undo.pending.map(
        ({ what, byHand }) => `${what}${byHand === undefined ? '' : `: ${byHand}`}`,
      );
      terminal.err(`\nGiving up the clean-up. Still there:\n${open.map((line) => `  ${line}\n`).join('')}`);
      process.exit(error.exitCode);
    },
  });
  sink.emit({ type: 'run.started', runId, argv, podproof: podproofVersion() });

  const context: ProveContext = {
    settings,
    places,
    scenarios,
    runId,
    folder,
    sink,
    progress,
    undo,
    deadline: Deadline.in(settings.timeout * 60_000, 'the whole run (--timeout)', watch.signal),
    leftovers: [],
    kept: [],
  };
  const cleaned = await (async () => {
    let judging: Promise<void> | undefined;
    const outcome = await withUndo(async () => {
      await proveOnCluster(context);
      sink.emit({ type: 'verdicts.done', ms: Math.round(systemClock.now() - startedAt) });
      judging = settings.jest ? judgeAgain() : undefined;
    }, undo);
    await judging;
    return outcome;
  })();

  async function judgeAgain(): Promise<void> {
    const judgeStartedAt = systemClock.now();
    const deadline = Deadline.in(JUDGE_MS, 'Jest to judge the record', watch.signal);
    const judgement = await runJudge(
      { runner: local(), root: places.root, runFolder: folder, scenarios: places.scenarios, deadline },
      summarize(events),
    );
    sink.emit({
      type: 'judge',
      by: 'jest',
      ...judgement,
      ms: Math.round(systemClock.now() - judgeStartedAt),
    });
  }

  if (cleaned.kind === 'failed')
    sink.emit(problemEvent(watch.signal.aborted ? watch.signal.reason : cleaned.error));
  const failures = cleaned.cleanup.failures.map(
    ({ what, byHand, error }) =>
      `${what} could not be removed: ${problemEvent(error).message}${byHand === undefined ? '' : ` (by hand: ${byHand})`}`,
  );
  sink.emit({
    type: 'clean',
    ms: cleaned.cleanup.durationMs,
    leftovers: [...failures, ...context.leftovers],
    kept: context.kept,
  });
  progress.close();
  const exitCode = exitOf(summarize(events));
  sink.emit({ type: 'run.finished', exitCode, ms: Math.round(systemClock.now() - startedAt) });
  journal.close();
  await writeReports(summarize(events), { settings, folder, exitCode });
  return exitCode === EXIT_CODES.ok ? EXIT_CODES.ok : exitCode;
}

async function makeRunFolder(places: Places, runId: string): Promise<string> {
  const stamp = systemClock.date().toISOString().slice(0, 19).replaceAll(':', '-');
  const folder = join(places.runs, `${stamp}-${runId}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(places.runs, '.gitignore'), '*\n');
  return folder;
}
