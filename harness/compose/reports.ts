import { join } from 'node:path';
import type { RunSettings } from '../config/settings.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { resultJson } from '../report/json.ts';
import { junitXml } from '../report/junit.ts';
import { markdownSummary } from '../report/markdown.ts';
import type { RunSummary } from '../report/run-summary.ts';
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
