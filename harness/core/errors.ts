import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

export interface ErrorDetails {
  /** What the reader can do next, as one or more full sentences or commands. */
  readonly hint?: string | undefined;
  /** Small facts worth printing below the message: paths, versions, names. */
  readonly context?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly cause?: unknown;
}

/**
 * Every error that podproof throws on purpose. `code` is stable and can be searched for; `exitCode` says what the
 * process returns when nobody handles it. The message says what was tried and what was seen.
 *
 * @example throw new HarnessError('ENGINE_UNREACHABLE', 'No Docker engine answers on …', EXIT_CODES.environment, { hint: 'Start Docker.' })
 */
export class HarnessError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly context: NonNullable<ErrorDetails['context']>;

  constructor(code: string, message: string, exitCode: ExitCode, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HarnessError';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = details.hint;
    this.context = details.context ?? {};
  }
}

/** The user asked for something that does not exist or is malformed. Exit 2, nothing was started. */
export class UsageError extends HarnessError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT_CODES.usage, details);
    this.name = 'UsageError';
  }
}

/** This machine cannot run podproof as it is. Exit 3; the hint says what to change. */
export class EnvironmentError extends HarnessError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT_CODES.environment, details);
    this.name = 'EnvironmentError';
  }
}

/** Something between us and the truth broke: engine, cluster, network, a cut stream. Exit 4, never a verdict. */
export class InfrastructureError extends HarnessError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT_CODES.infrastructure, details);
    this.name = 'InfrastructureError';
  }
}

/** The run is not what was planned. Exit 5. */
export class IntegrityError extends HarnessError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT_CODES.integrity, details);
    this.name = 'IntegrityError';
  }
}

/** Going on could hurt something that is not ours. Exit 8. */
export class SafetyError extends HarnessError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT_CODES.refused, details);
    this.name = 'SafetyError';
  }
}

/** Another run holds what this one needs. Exit 9. */
export class BusyError extends HarnessError {
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, EXIT_CODES.busy, details);
    this.name = 'BusyError';
  }
}

/**
 * A wait ended before its condition was met. Always says what was seen last, so that nobody has to reproduce it
 * to learn more.
 */
export class TimeoutError extends InfrastructureError {
  readonly lastObservation: string;
  constructor(waitedFor: string, afterMs: number, lastObservation: string, details?: ErrorDetails) {
    super(
      'TIMEOUT',
      `Waited ${(afterMs / 1000).toFixed(1)} s for ${waitedFor}. Last seen: ${lastObservation}`,
      details,
    );
    this.name = 'TimeoutError';
    this.lastObservation = lastObservation;
  }
}

/** The user (or the system) asked us to stop. Exit 129, 130 or 143 after the clean-up. */
export class InterruptedError extends HarnessError {
  constructor(signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM') {
    const exitCode = {
      SIGHUP: EXIT_CODES.hangup,
      SIGINT: EXIT_CODES.interrupted,
      SIGTERM: EXIT_CODES.terminated,
    }[signal];
    super('INTERRUPTED', `Interrupted by ${signal}.`, exitCode, {
      hint: 'Start it again when you like. `npm run clean` removes what is still there, if anything is.',
    });
    this.name = 'InterruptedError';
  }
}

/**
 * One readable line for anything that was thrown. Jest and Node core use different `Error` classes in one process,
 * so this looks at the shape and never at `instanceof Error`.
 */
export function describeError(error: unknown): string {
  if (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string'
  ) {
    const cause = 'cause' in error && error.cause !== undefined ? ` (${describeError(error.cause)})` : '';
    return error.message + cause;
  }
  return String(error);
}
