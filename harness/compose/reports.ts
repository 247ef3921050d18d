import { join } from 'node:path';
import { podproofVersion } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { resultJson } from '../report/json.ts';
import { junitXml } from '../report/junit.ts';
import { exitCodeOf, problemEvent } from '../report/problem.ts';
import { markdownSummary } from '../report/markdown.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { summarize } from '../report/summary.ts';
import { writeReport } from '../report/write-report.ts';

export interface ReportTargets {
  readonly settings: Pick<RunSettings, 'json' | 'junit'>;
  readonly folder: string;
  readonly exitCode: ExitCode;
}

/**
 * Writes the result into the run folder and wherever the user asked for it.
 *
 * @throws InfrastructureError REPORT_NOT_WRITTEN
 */
export async function writeReports(
  summary: RunSummary,
  { settings, folder, exitCode }: ReportTargets,
): Promise<void> {
  const json = resultJson(summary, exitCode);
  await writeReport(join(folder, 'result.json'), json);
  await writeReport(join(folder, 'summary.md'), markdownSummary(summary));
  if (settings.json !== undefined) await writeReport(settings.json, json);
  if (settings.junit !== undefined) await writeReport(settings.junit, junitXml(summary));
}

/**
 * The result of a run that was refused before it began, for the program that asked for a file and waits for it: no
 * claims, one problem. Never rejects; the process tells the error anyway.
 */
export async function writeRefusal(
  { settings, argv }: { readonly settings: Pick<RunSettings, 'json'>; readonly argv: readonly string[] },
  error: unknown,
): Promise<void> {
  if (settings.json === undefined) return;
  const at = systemClock.date().toISOString();
  const started = { type: 'run.started', at, runId: '', argv, podproof: podproofVersion() } as const;
  const json = resultJson(summarize([started, problemEvent(error)]), exitCodeOf(error));
  await writeReport(settings.json, json).catch(() => undefined);
}
