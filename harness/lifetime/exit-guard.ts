import { Deadline } from '../core/deadline.ts';
import { HarnessError, IntegrityError, describeError } from '../core/errors.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';

/** The part of `process` that is needed. */
export interface ExitHost {
  exitCode?: number | string | null | undefined;
  exit(code?: number | string | null): never;
  on(event: 'exit' | 'uncaughtException' | 'unhandledRejection', listener: (value: unknown) => void): unknown;
}

export interface ExitGuardOptions {
  readonly host: ExitHost;
  /** Tells people about an error that no command can tell any more. */
  readonly report: (error: HarnessError) => void;
  /** How long what a scenario left running may keep the process after its outcome is known. @default 5000 */
  readonly graceMs?: number;
}

export interface ExitGuard {
  /** Aborts when somebody else tried to end the process, or when an error was caught by nobody. */
  readonly signal: AbortSignal;
  /** Says with which code the process ends as soon as nothing is pending any more. */
  settle(code: ExitCode): void;
  /** Ends the process now. */
  leave(code: ExitCode): never;
}

const GRACE_MS = 5000;

/**
 * Sees to it that only podproof says how its process ends. Scenario files run in this process: a stray
 * `process.exit(0)` would be a green run that proved nothing, a promise that nobody awaits would be exit 1, which means
 * "contradicted", and a wait that never ends would be exit 13. With the guard the first two stop the run, with its
 * clean-up, and an end that nobody settled is 70. Start it before the first line of foreign code.
 *
 * @example const guard = guardExit({ host: process, report }); guard.settle(await run(guard.signal));
 */
export function guardExit({ host, report, graceMs = GRACE_MS }: ExitGuardOptions): ExitGuard {
  const exit = host.exit.bind(host);
  const stop = new AbortController();
  let settled: ExitCode | undefined;
  let fault: HarnessError | undefined;
  const settle = (code: ExitCode): void => {
    const isHidden = fault !== undefined && code === EXIT_CODES.ok;
    if (isHidden && fault !== undefined) report(fault);
    settled = isHidden ? (fault?.exitCode ?? EXIT_CODES.bug) : code;
    host.exitCode = settled;
  };
  const noticed = (error: HarnessError): void => {
    if (fault !== undefined) return;
    fault = error;
    stop.abort(error);
    if (settled === EXIT_CODES.ok) settle(settled);
  };
  const refuse: ExitHost['exit'] = (code) => {
    const error = foreignExit(code, refuse);
    noticed(error);
    throw error;
  };
  host.exit = refuse;
  host.on('uncaughtException', (error) => noticed(uncaught(error)));
  host.on('unhandledRejection', (error) => noticed(uncaught(error)));
  host.on('exit', () => {
    if (settled === undefined) report(fault ?? endedEarly());
    host.exitCode = settled ?? fault?.exitCode ?? EXIT_CODES.bug;
  });
  return {
    signal: stop.signal,
    settle(code) {
      settle(code);
      // A timer that does not keep the process alive: it only fires when something else does.
      Deadline.in(graceMs, 'the process to end').signal.addEventListener('abort', () => exit(settled));
    },
    leave(code) {
      settled = code;
      return exit(code);
    },
  };
}

function foreignExit(code: number | string | null | undefined, exit: () => never): IntegrityError {
  const call = `process.exit(${code === undefined || code === null ? '' : String(code)})`;
  const caller = { stack: '' };
  Error.captureStackTrace(caller, exit);
  return new IntegrityError('FOREIGN_EXIT', `${call} was called`, {
    hint: 'Only podproof itself ends its process. Take the call out of the scenario file.',
    context: { from: caller.stack.split('\n')[1]?.replace(/^\s+at /, '') },
  });
}

function uncaught(cause: unknown): HarnessError {
  const stack =
    typeof cause === 'object' && cause !== null && 'stack' in cause ? String(cause.stack) : undefined;
  return new HarnessError(
    'UNCAUGHT',
    `An error was caught by nobody: ${describeError(cause)}`,
    EXIT_CODES.bug,
    {
      hint: 'If the lines above name a scenario file: await every promise in it. Otherwise this is a fault of podproof; please report it with these lines.',
      context: { stack },
    },
  );
}

function endedEarly(): HarnessError {
  return new HarnessError(
    'NO_OUTCOME',
    'The process ended although its work was not done: everything it waited for was gone.',
    EXIT_CODES.bug,
    { hint: 'This is a fault of podproof. Please report it with the command that you ran.' },
  );
}
