import { describeResult, type CommandResult } from './command.ts';
import type { Evidence } from './observation.ts';

/**
 * What is written down about one command.
 *
 * @param asked where and what, and when it was begun
 * @param keep what is kept of each stream
 */
export function commandEvidence(
  asked: Pick<Evidence, 'vantage' | 'where' | 'argv' | 'at'>,
  result: CommandResult,
  keep: (text: string) => string,
): Evidence {
  const { vantage, where, argv, at } = asked;
  return {
    vantage,
    where,
    argv,
    outcome: result.kind === 'exited' ? `exit ${String(result.exitCode)}` : describeResult(result),
    stdout: keep(result.stdout),
    stderr: keep(result.stderr),
    at,
    durationMs: result.durationMs,
  };
}
