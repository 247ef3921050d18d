/**
 * The exit codes of the command line. Scripts and CI jobs depend on them: a code never changes its meaning.
 *
 * The split between 1 (Kubernetes behaves differently than claimed) and 4 (we could not look) is what makes a
 * nightly run worth trusting.
 */
export const EXIT_CODES = {
  ok: 0,
  contradicted: 1,
  usage: 2,
  environment: 3,
  infrastructure: 4,
  integrity: 5,
  cleanup: 6,
  flaky: 7,
  refused: 8,
  busy: 9,
  bug: 70,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitName = keyof typeof EXIT_CODES;
export type ExitCode = (typeof EXIT_CODES)[ExitName];

/** Strongest first: when several codes apply, the first of this list that is present wins. */
const PRECEDENCE: readonly ExitCode[] = [70, 129, 130, 143, 8, 9, 2, 3, 5, 4, 1, 6, 7, 0];

/**
 * The one exit code for everything that went wrong in a run.
 *
 * @example strongestExit([1, 6]) // 1: a contradicted claim outranks a failed clean-up
 */
export function strongestExit(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT_CODES.ok;
}
