import type { WebSocket } from 'ws';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import { describeError } from '../core/errors.ts';
import { checkedLabel, objectPath } from './api-paths.ts';
import { followExec } from './follow-exec.ts';

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
  // Names are checked here and now, not only when something runs.
  execPath(target, [], false);
  return {
    where: `pod ${target.name}`,
    async run(argv, options) {
      const refusal = whyNot(options);
      if (refusal !== undefined) return notStarted(refusal);
      try {
        const socket = await openSocket(execPath(target, argv, options.stdin !== undefined));
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

/**
 * Path and query of an exec. @throws UsageError INVALID_NAME
 *
 * @example execPath({ namespace: 'demo', name: 'web' }, ['id'], false) // '/api/v1/namespaces/demo/pods/web/exec?…'
 */
export function execPath(target: ExecTarget, argv: readonly string[], stdin: boolean): string {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  if (stdin) query.set('stdin', 'true');
  if (target.container !== undefined) query.set('container', checkedLabel(target.container, 'container'));
  for (const word of argv) query.append('command', word);
  return `${objectPath('Pod', target)}/exec?${query.toString()}`;
}

function notStarted(why: string): CommandResult {
  return { kind: 'notStarted', why, stdout: '', stderr: '', durationMs: 0 };
}
