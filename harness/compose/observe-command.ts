import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { terminalProgress, type TerminalProgress } from '../cli/terminal-progress.ts';
import type { ObserveSettings } from '../config/observe-settings.ts';
import { podproofVersion, type Places } from '../config/places.ts';
import { Deadline } from '../core/deadline.ts';
import { UsageError } from '../core/errors.ts';
import { strongestExit, EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import type { ExitGuard } from '../lifetime/exit-guard.ts';
import { requireMinor } from '../images/kubernetes-minors.ts';
import { listenForSignals } from '../lifetime/signals.ts';
import { UndoStack } from '../lifetime/undo-stack.ts';
import { startWatchdog } from '../lifetime/watchdog.ts';
import { withUndo } from '../lifetime/with-undo.ts';
import { assignNames } from '../observe/manifests/assign-names.ts';
import { readInputs, type Inputs } from '../observe/manifests/inputs.ts';
import { sortDocuments, type SortedDocuments } from '../observe/manifests/sort-documents.ts';
import { createLedger, type Ledger } from '../observe/report/ledger.ts';
import { observeTable } from '../observe/report/table.ts';
import { exitCodeOf, problemEvent, renderProblem } from '../report/problem.ts';
import { writeReport } from '../report/write-report.ts';
import { formatProblem } from '../scenario/problem.ts';
import type { Terminal } from './console.ts';
import { observeOnCluster } from './observe-on-cluster.ts';
import { giveUp } from './give-up.ts';
import { makeRunFolder } from './run-folder.ts';

export interface ObserveInput {
  readonly settings: ObserveSettings;
  readonly places: Places;
  readonly terminal: Terminal;
  readonly argv: readonly string[];
  readonly readStdin: () => Promise<Uint8Array>;
  readonly guard: ExitGuard;
}

const WATCHDOG_MS = 15_000;

/**
 * Reads manifests, applies every pod in them beside its control, tells what each gets on the node and takes
 * everything back. The report goes to stdout, whatever happened; progress and problems to stderr.
 *
 * @throws UsageError MANIFESTS_UNREADABLE, NOTHING_TO_OBSERVE before anything was started
 */
export async function observeCommand(input: ObserveInput): Promise<ExitCode> {
  const { settings, places, terminal, argv } = input;
  await requireMinor(places.recipes, settings.run.kubernetes);
  const inputs = await readInputs({ paths: settings.paths, readStdin: input.readStdin });
  refuseUnreadable(inputs);
  const sorted = sortDocuments(inputs.documents);
  refuseNothing(sorted, inputs);
  const undo = new UndoStack();
  using watch = listenForSignals({ host: process, onInsist: (error) => giveUp(error, undo, input) });
  const runId = randomBytes(3).toString('hex');
  const folder = await makeRunFolder(places, runId);
  const progress = terminalProgress({
    stream: { write: terminal.err },
    style: terminal.errStyle,
    live: terminal.live,
  });
  const ledger = createLedger({ runId, argv, podproof: podproofVersion(), sorted, inputs });
  const watchdog = await startWatchdog({
    argv: [process.execPath, join(places.root, 'harness', 'launch.js'), 'clean'],
    env: process.env,
    logFile: join(folder, 'watchdog.log'),
    deadline: Deadline.in(WATCHDOG_MS, 'the watchdog to start', watch.signal),
  });
  const deadline = Deadline.in(settings.run.timeout * 60_000, 'the whole run (--timeout)', watch.signal);
  const placed = assignNames(sorted);
  const outcome = await withUndo(
    () => observeOnCluster({ settings, places, placed, runId, folder, progress, undo, deadline, ledger }),
    undo,
  );
  for (const { what, byHand, error } of outcome.cleanup.failures) {
    const how = byHand === undefined ? '' : ` (by hand: ${byHand})`;
    ledger.leftovers.push(`${what} could not be removed: ${problemEvent(error).message}${how}`);
  }
  const failed =
    outcome.kind === 'failed' ? [watch.signal.aborted ? watch.signal.reason : outcome.error] : [];
  await watchdog.dismiss(Deadline.in(WATCHDOG_MS, 'the watchdog to end'));
  return await finish({ input, ledger, progress, folder }, failed);
}

interface Finishing {
  readonly input: ObserveInput;
  readonly ledger: Ledger;
  readonly progress: TerminalProgress;
  readonly folder: string;
}

async function finish(
  { input, ledger, progress, folder }: Finishing,
  failures: readonly unknown[],
): Promise<ExitCode> {
  const { settings, terminal } = input;
  progress.close();
  const [failure] = failures;
  const problem = failures.length === 0 ? undefined : problemEvent(failure);
  const exitCode = strongestExit([
    ...ledger.exitCodes(),
    ...(failures.length === 0 ? [EXIT_CODES.ok] : [exitCodeOf(failure)]),
  ]);
  const report = ledger.report({ exitCode, problem });
  const json = `${JSON.stringify(report, null, 2)}\n`;
  await writeReport(join(folder, 'observed.json'), json);
  terminal.out(settings.json ? json : observeTable(report, terminal.outStyle));
  if (problem !== undefined) terminal.err(renderProblem(problem, terminal.errStyle, { evidence: folder }));
  return exitCode;
}

function refuseUnreadable({ problems }: Inputs): void {
  if (problems.length === 0) return;
  throw new UsageError(
    'MANIFESTS_UNREADABLE',
    `${problems.length === 1 ? '1 input' : `${String(problems.length)} inputs`} cannot be read; nothing was started:\n${problems.map(formatProblem).join('\n')}`,
    { hint: 'Mend or leave out what is named. Files found in a folder are skipped instead, and told.' },
  );
}

function refuseNothing({ pods, others, supporting }: SortedDocuments, { problemsInFolders }: Inputs): void {
  if (pods.length > 0) return;
  const kinds = [...new Set([...others, ...supporting].map(({ origin }) => origin.kind))];
  const found = kinds.length === 0 ? 'nothing that could be read' : `only ${kinds.join(', ')}`;
  const unreadable = problemsInFolders.map((problem) => `\n${formatProblem(problem)}`).join('');
  throw new UsageError('NOTHING_TO_OBSERVE', `There is no pod in the input, ${found}.${unreadable}`, {
    hint: 'Pod, Deployment, DaemonSet, ReplicaSet, StatefulSet, ReplicationController, Job, CronJob and PodTemplate have one.',
  });
}
