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
  throw new UsageError(
    'SCENARIO_INVALID',
    `${count} in scenario files; nothing was started:\n${problems.map(formatProblem).join('\n')}`,
    {
      hint: 'Mend the files and try again; `npm run podproof -- validate` checks them without a cluster.',
    },
  );
}
