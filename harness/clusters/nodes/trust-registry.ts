import type { ClusterNode } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';

/** What the local registry is called in kind's documentation, and therefore in many manifests. */
export const REGISTRY_PREFIX = 'localhost:5001';

/**
 * containerd reads this folder at every pull, so it need not be started again. Reading it is the default since
 * containerd 2 (https://kind.sigs.k8s.io/docs/user/local-registry: no configuration needed from kind v0.27 on).
 */
const FOLDER = `/etc/containerd/certs.d/${REGISTRY_PREFIX}`;

/** Another pull at the same moment must see the old file or the new one. */
const REPLACE = 'mkdir -p "$1" && printf "%s\\n" "$2" >"$1/next" && mv "$1/next" "$1/hosts.toml"';

/**
 * Lets every node pull `localhost:5001/…` from the registry at `address`, over HTTP and from nowhere else. By address
 * and not by name: a container's name is resolved only where the engine answers for it.
 *
 * @throws InfrastructureError REGISTRY_NOT_TRUSTED
 */
export async function trustRegistry(
  nodes: readonly Pick<ClusterNode, 'name' | 'runner'>[],
  address: string,
  deadline: Deadline,
): Promise<void> {
  await Promise.all(
    nodes.map(async ({ name, runner }) => {
      const argv = ['sh', '-c', REPLACE, 'sh', FOLDER, `server = "http://${address}"`] as const;
      const result = await runner.run(argv, { deadline });
      if (result.kind === 'exited' && result.exitCode === 0) return;
      deadline.signal.throwIfAborted();
      throw new InfrastructureError(
        'REGISTRY_NOT_TRUSTED',
        `${name} was not told of the image registry at ${address}: ${describeResult(result)}`,
        { hint: `Check that ${FOLDER} can be written in the node.` },
      );
    }),
  );
}
