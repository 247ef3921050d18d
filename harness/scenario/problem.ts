import { relative } from 'node:path';
import { UsageError } from '../core/errors.ts';

/** One mistake in a scenario's files, at the place where somebody can mend it. */
export interface Problem {
  readonly file: string;
  /** 1-based; absent for problems of a whole file. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** More mistakes of one file than anybody mends at once are only counted. */
const SHOWN_PER_FILE = 20;

/** `scenarios/host-network/manifest.yaml:9:5  unknown field "hostNetwrok" in Pod.spec. Did you mean "hostNetwork"?` */
export function formatProblem({ file, line, column, message, hint }: Problem): string {
  const place = line === undefined ? file : `${file}:${String(line)}:${String(column ?? 1)}`;
  return `${place}  ${message}${hint === undefined ? '' : ` ${hint}`}`;
}

/**
 * @throws UsageError SCENARIO_INVALID that lists every problem, unless there is none
 */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 mistake' : `${String(problems.length)} mistakes`;
  const lines = [...Map.groupBy(problems, ({ file }) => file)].flatMap(([file, own]) => [
    ...own.slice(0, SHOWN_PER_FILE).map(formatProblem),
    ...(own.length > SHOWN_PER_FILE
      ? [`${file}  and ${String(own.length - SHOWN_PER_FILE)} more in this file.`]
      : []),
  ]);
  throw new UsageError(
    'SCENARIO_INVALID',
    `${count} in scenario files; nothing was started:\n${lines.join('\n')}`,
    {
      hint: 'Mend the files and try again; `npm run podproof -- validate` checks them without a cluster.',
    },
  );
}

/** A path as the user would write it from where they stand. */
export function showPath(path: string): string {
  return relative(process.cwd(), path) || path;
}

/** Foreign text inside a message: quoted, and never longer than a line. */
export function quoted(value: unknown): string {
  return clip(JSON.stringify(value) ?? String(value));
}

/** A text cut to what fits into a message. */
export function clip(text: string, maxLength = 60): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`;
}

/** Tells a problem from what it stands in for. */
export function isProblem(value: object): value is Problem {
  return 'message' in value && 'file' in value;
}
