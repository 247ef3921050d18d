import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import type { RunSummary } from '../report/run-summary.ts';

export interface JudgeOptions {
  readonly runner: CommandRunner;
  /** The project's root, where Jest's configuration is. */
  readonly root: string;
  readonly runFolder: string;
  readonly scenarios: string;
  readonly deadline: Deadline;
}

export interface Judgement {
  readonly agreed: boolean;
  readonly detail: string;
}

export interface JestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/**
 * Lets Jest judge the journal in a process of its own and compares, claim by claim, with the verdicts of the run. May
 * be called while the scenarios still run: the judge waits until the journal says `verdicts.done`.
 * Jest's exit code decides nothing: a missing report, a missing test or another outcome means "not agreed".
 *
 * @param verdicts of the run itself, asked for when Jest has finished
 */
export async function runJudge(options: JudgeOptions, verdicts: () => RunSummary): Promise<Judgement> {
  const { runner, root, runFolder, scenarios, deadline } = options;
  const output = join(runFolder, 'jest.json');
  const result = await runner.run(
    [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--selectProjects',
      'judge',
      '--runInBand',
      // A scenario file may leave a timer behind; the report is written before.
      '--forceExit',
      '--json',
      '--outputFile',
      output,
    ],
    {
      deadline,
      cwd: root,
      env: {
        PODPROOF_RUN: runFolder,
        PODPROOF_SCENARIOS: scenarios,
        PODPROOF_PID: String(process.pid),
      },
    },
  );
  let report: JestReport;
  try {
    const text = await readFile(output, 'utf8');
    report = JSON.parse(text) as JestReport;
    // Jest names every file by its full path, and the file stays in the run folder.
    await writeFile(output, sanitizeText(text, Infinity)).catch(() => undefined);
  } catch (error) {
    return {
      agreed: false,
      detail: `Jest left no report (${describeError(error)}): ${describeResult(result)}`,
    };
  }
  return compare(report, verdicts());
}

/** Every planned claim must be judged by exactly one test, and with the same outcome. */
export function compare(report: JestReport, summary: RunSummary): Judgement {
  const crashed = report.testResults.find(
    ({ assertionResults, message }) => assertionResults.length === 0 && message !== '',
  );
  if (crashed !== undefined)
    return { agreed: false, detail: `Jest could not load the judge: ${crashed.message.slice(0, 500)}` };
  const outcomes = new Map<string, string>();
  for (const { ancestorTitles, title, status } of report.testResults.flatMap(
    (file) => file.assertionResults,
  )) {
    outcomes.set(`${ancestorTitles[0] ?? ''}/${title.split(':')[0] ?? ''}`, status);
  }
  const differences = expectations(summary).flatMap(([name, expected]) => {
    const actual = outcomes.get(name) ?? 'absent';
    return actual === expected ? [] : [`${name}: ${expected} by the run, ${actual} by Jest`];
  });
  const extra = outcomes.size - expectations(summary).length;
  if (extra > 0) differences.push(`${String(extra)} tests that nobody planned`);
  return differences.length === 0
    ? { agreed: true, detail: `${String(outcomes.size)} tests, the same outcomes` }
    : { agreed: false, detail: differences.join('; ') };
}

function expectations(summary: RunSummary): readonly (readonly [string, string])[] {
  return [...summary.scenarios, ...summary.mutants].flatMap((unit) =>
    unit.claims.map(({ planned, verdict }) => {
      const wanted = unit.planned.mutant === undefined ? 'holds' : 'contradicted';
      const outcome = planned.skip !== undefined ? 'pending' : verdict?.kind === wanted ? 'passed' : 'failed';
      return [`${unit.name}/${planned.id}`, outcome] as const;
    }),
  );
}
