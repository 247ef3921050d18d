import { describeResult, formatArgv, type CommandResult, type CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { CannotTell } from '../core/under-test.ts';

/** Longest time for one question. Generous: a slow answer is still an answer, and the unit has its own deadline. */
const QUESTION_MS = 15_000;

/** What belongs to a question beside its words. */
export interface Question {
  readonly stdin?: string;
  /** @default 15000 */
  readonly withinMs?: number;
}

export type Exited = Extract<CommandResult, { kind: 'exited' }>;

/**
 * Runs a command and returns its result only if it really ended by itself and all that it printed is there. Everything
 * else is "cannot tell": what is missing from half a list would pass for absent.
 *
 * @throws CannotTell
 */
export async function ask(
  runner: CommandRunner,
  argv: readonly [string, ...string[]],
  { stdin, withinMs = QUESTION_MS }: Question = {},
): Promise<Exited> {
  const deadline = Deadline.in(withinMs, `${formatArgv(argv)} in ${runner.where}`);
  const result = await runner.run(argv, { deadline, ...(stdin === undefined ? {} : { stdin }) });
  if (result.kind !== 'exited')
    throw new CannotTell(`${formatArgv(argv)} in ${runner.where}: ${describeResult(result)}`);
  if (result.truncated === true)
    throw new CannotTell(`${formatArgv(argv)} in ${runner.where} printed more than is kept of it`);
  return result;
}

/**
 * Like `ask`, for questions whose answer is text: a failing command and an empty answer are "cannot tell" too,
 * because silence must never pass for "there is none".
 *
 * @throws CannotTell
 */
export async function read(
  runner: CommandRunner,
  argv: readonly [string, ...string[]],
  question: Question = {},
): Promise<string> {
  const result = await ask(runner, argv, question);
  if (result.exitCode !== 0)
    throw new CannotTell(`${formatArgv(argv)} in ${runner.where}: ${describeResult(result)}`);
  const text = result.stdout.trim();
  if (text === '') throw new CannotTell(`${formatArgv(argv)} in ${runner.where} printed nothing`);
  return text;
}
