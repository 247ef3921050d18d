import { HarnessError, InfrastructureError } from '../core/errors.ts';
import type { NewRunEvent } from '../core/events.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import type { Json } from '../core/json.ts';
import type { KnownError } from '../core/known-errors/known-error.ts';
import { recognise } from '../core/known-errors/recognise.ts';
import { hasCode } from '../core/node-errors.ts';
import { paint, plainSigns, type TextStyle } from './text-style.ts';
import type { ProblemFacts } from './run-summary.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { sanitizeEvent } from './sanitize.ts';
import { wrapText } from './text-width.ts';

type ProblemEvent = Extract<NewRunEvent, { readonly type: 'problem' }>;

export interface ProblemPlaces {
  /** Folder or file where more can be read. */
  readonly evidence?: string | undefined;
  /** The exact command that removes what may have been left behind. */
  readonly cleanUp?: string | undefined;
}

/**
 * Anything that was thrown, as the event that reports and journal understand. The chain of causes goes into
 * `context.because`; a known message of the software below (docs/errors.md) adds `known`, `cause` and `link`; for an error that podproof did not throw on purpose the stack goes into `context.stack`, since
 * it is the only thing that helps there, and the exit code is 70.
 */
export function problemEvent(error: unknown): ProblemEvent {
  return sanitizeEvent(rawEvent(explained(error)));
}

function rawEvent(error: unknown): ProblemEvent {
  const because = causesOf(error);
  if (error instanceof HarnessError) {
    const known = knownIn(error, because);
    const hint = [...new Set([known?.hint, error.hint])].filter((text) => text !== undefined).join('\n');
    return {
      type: 'problem',
      code: error.code,
      message: error.message,
      ...(hint === '' ? {} : { hint }),
      exitCode: error.exitCode,
      context: {
        ...defined(error.context),
        ...(known === undefined ? {} : { known: known.id, cause: known.cause, link: known.link }),
        ...(because.length > 0 ? { because } : {}),
      },
    };
  }
  return {
    type: 'problem',
    code: 'UNEXPECTED',
    message: messageOf(error),
    hint: 'This is a fault of podproof, not of your cluster. Please report it with the lines above.',
    exitCode: EXIT_CODES.bug,
    context: { ...(because.length > 0 ? { because } : {}), stack: stackOf(error) },
  };
}

/** A full disk can show at any write, and is no fault of podproof's wherever it does. */
function explained(error: unknown): unknown {
  const isFull = hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
  if (!isFull) return error;
  return new InfrastructureError('DISK_FULL', 'A file could not be written: there is no room left.', {
    hint: 'Make room, or choose other folders with PODPROOF_RUNS and PODPROOF_CACHE.',
    cause: error,
  });
}

/**
 * The known message that an error of the environment or of the infrastructure carries in its text or in its causes.
 * Other errors are about what the user or podproof did, whatever words they use.
 */
function knownIn(error: HarnessError, because: readonly string[]): KnownError | undefined {
  const isBelowUs = error.exitCode === EXIT_CODES.infrastructure || error.exitCode === EXIT_CODES.environment;
  return isBelowUs ? recognise([error.message, ...because].join('\n')) : undefined;
}

/** The exit code for anything that was thrown. */
export function exitCodeOf(thrown: unknown): ExitCode {
  const error = explained(thrown);
  return error instanceof HarnessError ? error.exitCode : EXIT_CODES.bug;
}

/**
 * One block that says what happened, why, and what to do next. Ends with a line break.
 *
 * @example process.stderr.write(renderProblem(problemEvent(error), style, { evidence: run.folder }))
 */
export function renderProblem(
  problem: ProblemEvent | ProblemFacts,
  style: TextStyle,
  places: ProblemPlaces = {},
): string {
  const { because, stack, ...facts } = problem.context ?? {};
  const [first = '', ...rest] = bodyLines(problem.message, style.width - 4);
  const sign = paint(style, 'bad', style.unicode ? '✖' : 'x');
  const lines = [
    `${sign} ${paint(style, 'bad', sanitizeText(problem.code))}`,
    ...[first, ...rest].map((line) => `  ${paint(style, 'strong', line)}`),
    ...textsOf(because).flatMap((cause) => field('because', cause, style)),
    ...Object.entries(facts).flatMap(([name, value]) => field(name, textOf(value), style)),
    ...(typeof stack === 'string'
      ? bodyLines(stack, 10_000).map((line) => paint(style, 'faint', `    ${line}`))
      : []),
    ...(problem.hint === undefined ? [] : field('what to do', problem.hint, style)),
    ...(places.evidence === undefined ? [] : field('evidence', places.evidence, style)),
    ...(places.cleanUp === undefined ? [] : field('clean up with', places.cleanUp, style)),
  ];
  return plainSigns(style, `${lines.join('\n')}\n`);
}

const LABEL = 15;

/** A labelled line; further lines stand below the text, not below the label. */
function field(label: string, value: string, style: TextStyle): readonly string[] {
  const head = label.length < LABEL ? label.padEnd(LABEL) : `${label} `;
  // An address or a path is to be copied: a terminal may break it, we may not.
  const width = /\s/.test(value) ? style.width - LABEL - 4 : 10_000;
  return bodyLines(value, width).map((line, index) =>
    index === 0 ? `  ${paint(style, 'faint', head)}${line}` : `  ${' '.repeat(LABEL)}${line}`,
  );
}

function bodyLines(text: string, width: number): readonly string[] {
  return wrapText(sanitizeText(text.trimEnd()), width);
}

/** Causes from the nearest to the first; a loop or a very long chain ends somewhere. */
function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  const seen = new Set<unknown>([error]);
  let current = causeOf(error);
  while (current !== undefined && !seen.has(current) && causes.length < 8) {
    seen.add(current);
    causes.push(messageOf(current));
    current = causeOf(current);
  }
  return causes;
}

function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
}

/** The message with the name of the kind of error, unless that name says nothing. Looks at the shape only. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const name = 'name' in error && typeof error.name === 'string' ? error.name : 'Error';
  const code = error instanceof HarnessError ? error.code : name;
  return code === 'Error' ? String(error.message) : `${code}: ${String(error.message)}`;
}

function stackOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'stack' in error && typeof error.stack === 'string'
    ? error.stack
    : `thrown without a stack: ${String(error)}`;
}

function defined(context: HarnessError['context']): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(context).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function textsOf(value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value)
    ? value.map(String)
    : [typeof value === 'string' ? value : JSON.stringify(value)];
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
