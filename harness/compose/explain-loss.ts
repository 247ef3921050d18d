import { Deadline } from '../core/deadline.ts';
import { describeError, HarnessError, InfrastructureError } from '../core/errors.ts';
import type { ContainerCalls, ContainerState } from '../docker/engine-port.ts';

export interface LostCluster {
  readonly containers: Pick<ContainerCalls, 'inspect'>;
  /** Names of the node containers. */
  readonly nodes: readonly string[];
}

/** An explanation must not take long itself. */
const LOOK_MS = 5000;
/** Nobody answers at the address of the API server. */
const LOST: ReadonlySet<string> = new Set(['WATCH_LOST', 'API_UNREACHABLE']);

/**
 * Why nobody answers at the API server any more, as far as the engine can tell: a node has stopped, or the engine is
 * gone itself. "Connection refused" is true then, too, and helps nobody.
 *
 * @returns InfrastructureError NODE_STOPPED or ENGINE_LOST with what was thrown as its cause; what was thrown otherwise
 * @example throw await explainLoss(error, { containers: docker.containers, nodes: ['podproof-3f2a91-control-plane'] })
 */
export async function explainLoss(thrown: unknown, { containers, nodes }: LostCluster): Promise<unknown> {
  if (!(thrown instanceof HarnessError) || !LOST.has(thrown.code)) return thrown;
  const deadline = Deadline.in(LOOK_MS, 'the engine to tell about the nodes');
  try {
    const states = await Promise.all(nodes.map((name) => containers.inspect(name, deadline)));
    const stopped = states.find((state) => state?.running === false);
    return stopped === undefined ? thrown : nodeStopped(stopped, thrown);
  } catch (why) {
    return new InfrastructureError(
      'ENGINE_LOST',
      `The container engine does not answer any more, and the cluster went with it: ${describeError(why)}`,
      {
        hint: 'Start the engine (an embedded one starts by itself) and run again: what is left is removed then.',
        cause: thrown,
      },
    );
  }
}

function nodeStopped({ name, exitCode }: ContainerState, cause: HarnessError): InfrastructureError {
  return new InfrastructureError(
    'NODE_STOPPED',
    `The node container ${name} stopped with exit code ${String(exitCode)} while pods were looked at.`,
    {
      hint: 'Somebody stopped it, or the machine ran out of memory (see `dmesg`). Run again with --fresh.',
      cause,
    },
  );
}
