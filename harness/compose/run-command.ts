import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { terminalProgress, type TerminalProgress } from '../cli/terminal-progress.ts';
import type { Places } from '../config/places.ts';
import { podproofVersion } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { EventSink, NewRunEvent } from '../core/events.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { runJudge, type Judgement } from '../jest/run-judge.ts';
import type { ExitGuard } from '../lifetime/exit-guard.ts';
import { listenForSignals } from '../lifetime/signals.ts';
import { startWatchdog } from '../lifetime/watchdog.ts';
import { UndoStack } from '../lifetime/undo-stack.ts';
import { withUndo } from '../lifetime/with-undo.ts';
import { consoleReport } from '../report/console.ts';
import { exitOf } from '../report/exit.ts';
import { fanOut } from '../report/fan-out.ts';
import { openJournal, type Journal } from '../report/journal.ts';
import { problemEvent } from '../report/problem.ts';
import type { SummaryEvent } from '../report/run-summary.ts';
import { summarize } from '../report/summary.ts';
import { local } from '../shell/local.ts';
import { beforeTheStart } from './before-the-start.ts';
import { tellFindings } from './check-up.ts';
import type { Terminal } from './console.ts';
import { giveUp } from './give-up.ts';
import type { ProveContext } from './prove.ts';
import { writeRefusal, writeReports } from './reports.ts';
import { BUNDLE, runDiagnostics, type RunDiagnostics } from './run-diagnostics.ts';
import { makeRunFolder } from './run-folder.ts';

export interface RunInput {
  readonly settings: RunSettings;
  readonly places: Places;
  readonly terminal: Terminal;
  readonly argv: readonly string[];
  readonly guard: ExitGuard;
  /** Starts what is needed, plans and runs the scenarios. */
  readonly prove: (context: ProveContext) => Promise<void>;
}

/** Jest starts with the first observation and waits for the last verdict. */
const RECORD_MS = 30 * 60_000;
/** From the last verdict on; it takes a second or two. */
const JUDGE_MS = 120_000;
const WATCHDOG_MS = 15_000;

/**
 * One run from first to last side effect: check the files, start what is needed, prove, judge, take everything back,
 * report. Whatever happens, the clean-up runs and the exit code is that of the table.
 *
 * @throws UsageError, EnvironmentError DOCTOR_FAILED, SafetyError DOCTOR_REFUSED and those of `requireConsent`, before
 *   anything was started
 */
export async function runCommand(input: RunInput): Promise<ExitCode> {
  const { settings, places, guard } = input;
  const { scenarios, findings } = await beforeTheStart(input).catch(async (error: unknown) => {
    await writeRefusal(input, error);
    throw error;
  });
  const undo = new UndoStack();
  using watch = listenForSignals({ host: process, onInsist: (error) => giveUp(error, undo, input) });
  const stop = AbortSignal.any([watch.signal, guard.signal]);
  stop.throwIfAborted();
  const record = await openRecord(input);
  tellFindings(findings, record.sink);
  const watchdog = await startWatchdog({
    argv: [process.execPath, join(places.root, 'harness', 'launch.js'), 'clean'],
    env: process.env,
    logFile: join(record.folder, 'watchdog.log'),
    deadline: Deadline.in(WATCHDOG_MS, 'the watchdog to start', stop),
  });
  const diagnostics = runDiagnostics({ ...record, signal: stop });
  const context: ProveContext = {
    settings,
    places,
    scenarios,
    ...record,
    undo,
    deadline: Deadline.in(settings.timeout * 60_000, 'the whole run (--timeout)', stop),
    diagnostics,
    leftovers: [],
    kept: [],
    meanwhile: [],
  };
  await proveAndCleanUp(context, { ...record, prove: input.prove, signal: stop });
  await watchdog.dismiss(Deadline.in(WATCHDOG_MS, 'the watchdog to end'));
  return await closeRecord(record, settings, diagnostics);
}

/** Everything that is known about a run, and where it goes. */
interface RunRecord {
  readonly runId: string;
  readonly folder: string;
  readonly events: readonly SummaryEvent[];
  readonly journal: Journal;
  readonly progress: TerminalProgress;
  readonly sink: EventSink;
  readonly elapsed: () => number;
}

async function openRecord({ settings, places, terminal, argv }: RunInput): Promise<RunRecord> {
  const startedAt = systemClock.now();
  const runId = randomBytes(3).toString('hex');
  const folder = await makeRunFolder(places, runId);
  const events: SummaryEvent[] = [];
  const dated = (event: NewRunEvent): SummaryEvent => ({ ...event, at: systemClock.date().toISOString() });
  const journal = openJournal(join(folder, 'journal.ndjson'));
  const progress = terminalProgress({
    stream: { write: terminal.err },
    style: terminal.errStyle,
    live: terminal.live,
  });
  const evidence = relative(process.cwd(), folder) || folder;
  const report = consoleReport({
    write: (text) => progress.aside(() => terminal.out(text)),
    style: terminal.outStyle,
    verbose: settings.verbose,
    evidence,
    bundle: join(evidence, BUNDLE),
  });
  const sink = fanOut([{ emit: (event) => events.push(dated(event)) }, journal, report]);
  const strict = settings.strict ? ({ strict: true } as const) : {};
  sink.emit({ type: 'run.started', runId, argv, podproof: podproofVersion(), ...strict });
  return {
    runId,
    folder,
    events,
    journal,
    progress,
    sink,
    elapsed: () => Math.round(systemClock.now() - startedAt),
  };
}

interface Proving extends RunRecord, Pick<RunInput, 'prove'> {
  readonly signal: AbortSignal;
}

async function proveAndCleanUp(context: ProveContext, proving: Proving): Promise<void> {
  const { sink, elapsed, events, prove, signal } = proving;
  const noVerdicts = new AbortController();
  let judging: Promise<Judgement> | undefined;
  // The first observation is a good moment for Jest to start: the pods are up, and it has seconds until it is needed.
  const onEvent = (event: NewRunEvent): void => {
    if (event.type === 'observed' && context.settings.jest)
      judging ??= judgeAgain(context, proving, AbortSignal.any([signal, noVerdicts.signal]));
  };
  const watched: ProveContext = { ...context, sink: fanOut([sink, { emit: onEvent }]) };
  let judgedFrom = 0;
  const outcome = await withUndo(async () => {
    try {
      await prove(watched);
      sink.emit({ type: 'verdicts.done', ms: elapsed() });
      judgedFrom = elapsed();
      const late = Deadline.in(JUDGE_MS, 'Jest to judge the record');
      late.signal.addEventListener('abort', () => noVerdicts.abort(late.error('Jest still at work')));
    } finally {
      // Before the clean-up takes everything away that could be asked.
      if (judgedFrom === 0 || exitOf(summarize(events)) !== EXIT_CODES.ok)
        await context.diagnostics.collect();
    }
  }, context.undo);
  if (outcome.kind === 'failed') {
    noVerdicts.abort(new Error('there is nothing to judge'));
    sink.emit(problemEvent(signal.aborted ? signal.reason : outcome.error));
  } else if (context.settings.jest) {
    const judgement = (await judging) ?? {
      agreed: false,
      detail: 'nothing was observed that it could judge',
    };
    sink.emit({ type: 'judge', by: 'jest', ...judgement, ms: elapsed() - judgedFrom });
  }
  // A green record is not enough when the process was told to stop while it cleaned up.
  if (outcome.kind === 'finished' && signal.aborted) sink.emit(problemEvent(signal.reason));
  await judging?.catch(() => undefined);
  const failures = outcome.cleanup.failures.map(({ what, byHand, error }) => {
    const how = byHand === undefined ? '' : ` (by hand: ${byHand})`;
    return `${what} could not be removed: ${problemEvent(error).message}${how}`;
  });
  sink.emit({
    type: 'clean',
    ms: outcome.cleanup.durationMs,
    leftovers: [...failures, ...context.leftovers],
    kept: context.kept,
    ...(context.meanwhile.length === 0 ? {} : { meanwhile: context.meanwhile }),
  });
}

function judgeAgain(
  { places, folder }: ProveContext,
  { events }: RunRecord,
  signal: AbortSignal,
): Promise<Judgement> {
  const deadline = Deadline.in(RECORD_MS, 'Jest to judge the record', signal);
  return runJudge(
    { runner: local(), root: places.root, runFolder: folder, scenarios: places.scenarios, deadline },
    () => summarize(events),
  );
}

async function closeRecord(
  record: RunRecord,
  settings: RunSettings,
  diagnostics: RunDiagnostics,
): Promise<ExitCode> {
  const { events, sink, journal, progress, folder, elapsed } = record;
  progress.close();
  const changed = journal.check();
  if (changed !== undefined) sink.emit(problemEvent(changed));
  const summary = summarize(events);
  const exitCode = exitOf(summary);
  if (exitCode !== EXIT_CODES.ok) sink.emit(await diagnostics.pack(summary, exitCode));
  sink.emit({ type: 'run.finished', exitCode, ms: elapsed() });
  journal.close();
  await writeReports(summarize(events), { settings, folder, exitCode });
  return exitCode;
}
