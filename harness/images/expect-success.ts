import { describeResult, formatArgv, type CommandResult } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';

/**
 * The standard output of a command that had to succeed.
 *
 * @throws TimeoutError when the deadline ended it; InfrastructureError IMAGE_BUILD_FAILED with its last words
 */
export function expectSuccess(
  result: CommandResult,
  argv: readonly string[],
  context: { readonly what: string; readonly deadline: Deadline },
): string {
  if (result.kind === 'exited' && result.exitCode === 0) return result.stdout;
  if (context.deadline.expired) throw context.deadline.error(describeResult(result));
  context.deadline.signal.throwIfAborted();
  throw new InfrastructureError(
    'IMAGE_BUILD_FAILED',
    `Could not build the node image: ${context.what} failed with ${describeResult(result)}`,
    {
      hint: 'Finished stages are kept: run the command again to go on from here.',
      context: { command: formatArgv(argv).slice(0, 500) },
    },
  );
}
