import type { WebSocket } from 'ws';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import { describeError } from '../core/errors.ts';
import { checkedLabel, objectPath } from './api-paths.ts';
import { followExec } from './exec-session.ts';

export interface ExecTarget {
  readonly namespace: string;
  readonly name: string;
  readonly container?: string;
}

/** Opens a WebSocket to a path of the API server. */
export type OpenSocket = (pathAndQuery: string) => Promise<WebSocket>;

/**
 * Runs commands in a container through the exec subresource. One attempt each: whoever calls knows whether a second
 * one is harmless. Output beyond 1 MiB per stream is read and dropped, and the result marked as `truncated`.
 *
 * @throws UsageError INVALID_NAME
 * @example await podRunner(openSocket, { namespace: 'demo', name: 'web' }).run(['id'], { deadline })
 */
export function podRunner(openSocket: OpenSocket, target: ExecTarget): CommandRunner {
  const path = `${objectPath('Pod', target)}/exec`;
  if (target.container !== undefined) checkedLabel(target.container, 'container');
  return {
    where: `pod ${target.name}`,
    async run(argv, options) {
      const refusal = whyNot(options);
      if (refusal !== undefined) return notStarted(refusal);
      try {
        const socket = await openSocket(`${path}?${queryOf(argv, target, options)}`);
        return await followExec(socket, options);
      } catch (error) {
        return notStarted(describeError(error));
      }
    },
  };
}

function whyNot(options: RunOptions): string | undefined {
  const { deadline, env, cwd } = options;
  if (deadline.signal.aborted) return `too late: ${describeError(deadline.signal.reason)}`;
  if (env !== undefined || cwd !== undefined) {
    return 'exec runs a command with the environment and folder of the container; it can set neither';
  }
  return undefined;
}

function queryOf(argv: readonly string[], target: ExecTarget, options: RunOptions): string {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  if (options.stdin !== undefined) query.set('stdin', 'true');
  if (target.container !== undefined) query.set('container', target.container);
  for (const word of argv) query.append('command', word);
  return query.toString();
}

function notStarted(why: string): CommandResult {
  return { kind: 'notStarted', why, stdout: '', stderr: '', durationMs: 0 };
}
