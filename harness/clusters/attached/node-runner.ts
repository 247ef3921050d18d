import type { CommandResult, CommandRunner } from '../../core/command.ts';

/**
 * Into the namespaces of the node's first process; its process namespace is the pod's own already (hostPID). Without
 * -p nsenter becomes the command instead of starting it, so that ending the one ends the other.
 */
const ENTER = ['nsenter', '-t', '1', '-m', '-u', '-i', '-n', '--'] as const;

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
      const runner = await inPod();
      return understood(await runner.run([...ENTER, ...argv], options));
    },
  };
}

/** Words of busybox and of util-linux when nsenter itself did not get as far as the command. */
const NOT_ENTERED =
  /^nsenter: (?:can't (?:execute|open)|cannot open|setns\(|reassociate to namespace|failed to execute) ?'?(.*)$/m;

/** What nsenter says about itself is no answer of the command. */
function understood(result: CommandResult): CommandResult {
  if (result.kind !== 'exited' || result.exitCode === 0) return result;
  const found = NOT_ENTERED.exec(result.stderr);
  if (found === null || !result.stderr.startsWith('nsenter: ')) return result;
  const { exitCode: _, ...streams } = result;
  return { ...streams, kind: 'notStarted', why: found[0] };
}
