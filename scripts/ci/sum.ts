import { countResult, type Count, type ResultKind } from './count.ts';

/** One part of the CI run, as `.ci/run` wrote it down. */
export interface Part {
  readonly name: string;
  readonly kind: ResultKind;
  /** Of the command, as the shell saw it; 124 and 137 are time limits. */
  readonly exitCode: number;
  /** What the result file says; undefined when there is none. */
  readonly result: string | undefined;
}

export interface PartSum extends Count {
  readonly name: string;
}

/** Reads the list of parts: one line each, `name<TAB>kind<TAB>exit code`. */
export function parseParts(lines: string): readonly Omit<Part, 'result'>[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', kind = '', exitCode = ''] = line.split('\t');
      if (!isKind(kind) || !/^\d+$/.test(exitCode)) throw new Error(`not a part: ${JSON.stringify(line)}`);
      return { name, kind, exitCode: Number(exitCode) };
    });
}

/**
 * What a part adds. A part that crashed, ran into its time limit, wrote nothing readable, or passed nothing at all
 * adds at least one failure.
 */
export function sumPart(part: Part): PartSum {
  const count = countOrFailure(part);
  if (part.exitCode !== 0 && count.failed === 0)
    return withFailure(part.name, count, describeExit(part.exitCode));
  if (count.passed + count.failed === 0) return withFailure(part.name, count, 'nothing ran');
  return { name: part.name, ...count };
}

/** The table of all parts, what failed, and the last line: `N passed, N failed`. */
export function formatSums(sums: readonly PartSum[]): string {
  const total = (of: (sum: PartSum) => number): number => sums.reduce((all, sum) => all + of(sum), 0);
  return [
    ...sums.map(({ name, passed, failed, skipped }) =>
      [
        failed === 0 ? '✔' : '✘',
        name.padEnd(12),
        `${String(passed).padStart(5)} passed`,
        `${String(failed).padStart(3)} failed`,
        skipped === 0 ? '' : `${String(skipped).padStart(3)} skipped`,
      ]
        .join(' ')
        .trimEnd(),
    ),
    ...sums.flatMap(namedFailures),
    `${String(total(({ passed }) => passed))} passed, ${String(total(({ failed }) => failed))} failed`,
  ].join('\n');
}

/** A long list helps nobody at the end of a log; the result files have all of it. */
const SHOWN = 40;

function namedFailures({ name, failures }: PartSum): string[] {
  const shown = failures.slice(0, SHOWN).map((failure) => `  ${name}: ${failure}`);
  const rest = failures.length - shown.length;
  return rest === 0 ? shown : [...shown, `  ${name}: and ${String(rest)} more`];
}

function countOrFailure({ kind, result }: Part): Count {
  if (result === undefined) return { passed: 0, failed: 1, skipped: 0, failures: ['no result file'] };
  try {
    return countResult(kind, result);
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, failures: [`unreadable result file: ${String(error)}`] };
  }
}

function withFailure(name: string, count: Count, failure: string): PartSum {
  return { ...count, name, failed: count.failed + 1, failures: [...count.failures, failure] };
}

function describeExit(exitCode: number): string {
  return exitCode === 124 || exitCode === 137
    ? 'ran into its time limit'
    : `the command ended with ${String(exitCode)}`;
}

function isKind(kind: string): kind is ResultKind {
  return ['jest', 'podproof', 'gates', 'faults', 'leaks'].includes(kind);
}
