import { systemClock } from '../../core/clock.ts';
import type { CommandResult, CommandRunner } from '../../core/command.ts';
import { TimeoutError } from '../../core/errors.ts';

/**
 * Into the namespaces of the node's first process; its process namespace is the pod's own already (hostPID). Without
 * -p nsenter becomes the command instead of starting it, so that ending the one ends the other. The node's own `env`
 * starts the command: busybox would take its own applet for every word that is one (FEATURE_PREFER_APPLETS in
 * Debian's), and what answers must be the node's program.
 */
const ENTER = ['nsenter', '-t', '1', '-m', '-u', '-i', '-n', '--', '/usr/bin/env', '--'] as const;

/**
 * Runs commands on a node through a privileged pod of ours there. That pod is part of what it looks at, so it says in
 * every evidence who looked.
 *
 * @param inPod runs commands in that pod
 * @param where such as `node worker-1, seen by pod podproof-3f2a91-nodes/look-2`
 */
export function nodeRunner(inPod: () => Promise<CommandRunner>, where: string): CommandRunner {
  return {
    where,
    async run(argv, options) {
      const startedAt = systemClock.now();
      const runner = await options.deadline.race(inPod()).catch((error: unknown) => {
        if (error instanceof TimeoutError && options.deadline.signal.aborted) return undefined;
        throw error;
      });
      if (runner === undefined) return tooLate(Math.round(systemClock.now() - startedAt), where);
      return understood(await runner.run([...ENTER, ...argv], options));
    },
  };
}

/** The pod may have to be started first, which takes longer than most commands may. */
function tooLate(ms: number, where: string): CommandResult {
  return {
    kind: 'timedOut',
    afterMs: ms,
    durationMs: ms,
    stdout: '',
    stderr: `our own pod is not ready yet (${where})`,
  };
}

/** What nsenter and env say about themselves is no answer of the command. */
function understood(result: CommandResult): CommandResult {
  if (result.kind !== 'exited' || result.exitCode === 0) return result;
  const [said = ''] = result.stderr.split('\n', 1);
  const isNotFound = said.startsWith('env: ') && (result.exitCode === 126 || result.exitCode === 127);
  if (!isNotFound && !said.startsWith('nsenter: ')) return result;
  const { exitCode: _, ...streams } = result;
  return { ...streams, kind: 'notStarted', why: said };
}
