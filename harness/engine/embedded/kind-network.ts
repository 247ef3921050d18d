import { describeResult } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { EmbeddedContext } from './context.ts';
import { embeddedEnv } from './env.ts';

/**
 * Makes the network that kind would make, but without IPv6. kind takes an existing one as it is, and adds IPv6 to
 * one of its own: for that dockerd switches IPv6 forwarding on, whereupon Linux drops the host's default routes that
 * came by router advertisements, and no restoring of settings brings them back. A fresh daemon has no networks.
 *
 * @see https://github.com/kubernetes-sigs/kind/blob/main/pkg/cluster/internal/providers/docker/network.go
 */
export async function createKindNetwork(context: EmbeddedContext, deadline: Deadline): Promise<void> {
  const created = await context.runner.run(
    [context.packages.docker, 'network', 'create', '--driver', 'bridge', '--opt', MASQUERADE, 'kind'],
    { deadline, env: embeddedEnv(context) },
  );
  if (created.kind === 'exited' && created.exitCode === 0) return;
  throw new InfrastructureError(
    'ENGINE_NETWORK_FAILED',
    `The embedded engine cannot create the network "kind": ${describeResult(created)}`,
  );
}

const MASQUERADE = 'com.docker.network.bridge.enable_ip_masquerade=true';
