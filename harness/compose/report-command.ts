import { relative } from 'node:path';
import type { Places } from '../config/places.ts';
import type { ReportOptions } from '../cli/command-line.ts';
import type { NewRunEvent } from '../core/events.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { consoleReport } from '../report/console.ts';
import { exitOf } from '../report/exit.ts';
import { problemEvent } from '../report/problem.ts';
import { summarize } from '../report/summary.ts';
import { loadScenarios } from '../scenario/load.ts';
import type { Terminal } from './console.ts';
import { findRun } from './find-run.ts';
import { rejudge } from './rejudge.ts';

/**
 * Shows a stored run again, from its journal alone, after judging it again: no cluster, no engine. A record whose
 * verdicts do not follow from its observations is exit 5.
 *
 * @returns the exit code of the run, or 5
 * @throws UsageError RUN_NOT_FOUND, IntegrityError JOURNAL_DAMAGED, BUNDLE_REFUSED
 */
export async function reportCommand(
  run: string | undefined,
  options: ReportOptions,
  places: Places,
  terminal: Terminal,
): Promise<ExitCode> {
  const { events, path } = await findRun(run, places);
  const problems = rejudge(summarize(events), await loadScenarios(places.scenarios)).map(problemEvent);
  const end = events.findLast((event) => event.type === 'run.finished');
  const body: readonly NewRunEvent[] = [...events.filter((event) => event !== end), ...problems];
  const exitCode = exitOf(summarize(body));
  const report = consoleReport({
    write: terminal.out,
    style: terminal.outStyle,
    verbose: options.verbose,
    evidence: relative(process.cwd(), path) || path,
  });
  for (const event of [...body, { type: 'run.finished', exitCode, ms: end?.ms ?? 0 } as const])
    report.emit(event);
  return exitCode;
}
