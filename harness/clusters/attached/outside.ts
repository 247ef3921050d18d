import type { ClusterNode } from '../../core/cluster.ts';
import type { CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { AttachedDeps } from './deps.ts';

/** Who stands outside of every node. */
export interface Outside {
  /** For the record: who it is, or why there is nobody. */
  readonly why: string;
  /** Why there is nobody; undefined when there is somebody. */
  readonly lacks: string | undefined;
  readonly runner: (deadline: Deadline) => Promise<CommandRunner>;
}

/** The kubelet listens there on the node's address (kubelet's default port), whatever else a node does. */
const KUBELET_PORT = 10_250;
const LOOK_MS = 5000;

/**
 * This machine is the only place outside of all nodes of a cluster that is not ours to add containers to. It counts
 * when it has curl and reaches every node; a pod on another node would not be outside.
 */
export async function outsideOf(
  nodes: readonly ClusterNode[],
  { shell, connects }: Pick<AttachedDeps, 'shell' | 'connects'>,
  outer: Deadline,
): Promise<Outside> {
  const deadline = Deadline.in(LOOK_MS, 'this machine as somebody outside the nodes', outer.signal);
  const curl = await shell.run(['curl', '--version'], { deadline });
  if (curl.kind !== 'exited' || curl.exitCode !== 0) return nobody('this machine has no curl');
  const reached = await Promise.all(
    nodes.map(async ({ name, address }) => ({
      name,
      address,
      is: await connects(address, KUBELET_PORT, deadline),
    })),
  );
  const missed = reached.find(({ is }) => !is);
  if (missed !== undefined)
    return nobody(`this machine does not reach node ${missed.name} at ${missed.address}`);
  return {
    why: 'this machine, which reaches every node',
    lacks: undefined,
    runner: () => Promise.resolve({ ...shell, where: 'this machine, outside of every node' }),
  };
}

function nobody(why: string): Outside {
  return {
    why,
    lacks: why,
    runner: () =>
      Promise.reject(
        new InfrastructureError('NOBODY_OUTSIDE', `Nobody of ours is outside of the nodes: ${why}.`),
      ),
  };
}
