import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { KubeClient } from '../../core/kube.ts';
import { done, hopeless, pending, poll, type Look } from '../../core/poll.ts';
import type { ContainerState, DockerEngine } from '../../docker/engine-port.ts';
import { nodeView, type NodeView } from './node-view.ts';
import { dnsMissing, dnsProblem } from './dns-view.ts';

export interface ReadinessInput {
  readonly kube: KubeClient;
  readonly docker: DockerEngine;
  /** Names of the node containers. */
  readonly containers: readonly string[];
  readonly deadline: Deadline;
  readonly onSeen: (what: string) => void;
}

/** One look costs a few milliseconds; a look that takes this long counts as none. */
const LOOK_MS = 5000;

/**
 * Waits until pods can be used: every node is Ready and free of the taints that come before that, cluster DNS
 * answers, and the default ServiceAccount exists (without it the API refuses pods).
 *
 * @throws TimeoutError with what was missing; InfrastructureError NODE_STOPPED with the node's last words,
 *   DNS_CANNOT_START with the kubelet's reason
 */
export async function waitUntilReady(input: ReadinessInput): Promise<readonly NodeView[]> {
  return poll(
    async (signal) => {
      const result = await look(input, Deadline.in(LOOK_MS, 'the cluster to answer', signal));
      if (result.kind === 'pending') input.onSeen(result.seen);
      return result;
    },
    { deadline: input.deadline, pauseMs: 150, maxPauseMs: 400 },
  );
}

async function look(
  { kube, docker, containers }: ReadinessInput,
  deadline: Deadline,
): Promise<Look<readonly NodeView[]>> {
  const stopped = await findStopped(docker, containers, deadline);
  if (stopped !== undefined) return hopeless(await stoppedError(docker, stopped, deadline));
  const [nodes, dns, account] = await Promise.all([
    kube.list('Node', {}, deadline),
    kube.get('Deployment', { name: 'coredns', namespace: 'kube-system' }, deadline),
    kube.get('ServiceAccount', { name: 'default', namespace: 'default' }, deadline),
  ]);
  const views = nodes.map(nodeView);
  const missing = nodesMissing(views, containers);
  const noDns = dnsMissing(dns);
  if (noDns !== undefined) missing.push(noDns);
  if (account === undefined) missing.push('the default ServiceAccount is missing');
  if (missing.length === 0) return done(views);
  const problem = dnsProblem(
    await kube.list('Pod', { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' }, deadline),
  );
  if (problem !== undefined) {
    return hopeless(
      new InfrastructureError('DNS_CANNOT_START', `Cluster DNS can never start: ${problem}`, {
        hint: 'The node image lacks the CoreDNS image: use another one with --image.',
      }),
    );
  }
  return pending(missing.join('; '));
}

function nodesMissing(views: readonly NodeView[], containers: readonly string[]): string[] {
  const ready = views.filter((view) => view.notReady === undefined).length;
  const absent = containers.filter((name) => !views.some((view) => view.name === name));
  return [
    ...absent.map((name) => `${name} has not joined`),
    ...views.flatMap((view) => (view.notReady === undefined ? [] : [`${view.name}: ${view.notReady}`])),
  ].map((text, index) =>
    index === 0 ? `${String(ready)}/${String(containers.length)} nodes Ready, ${text}` : text,
  );
}

async function findStopped(
  docker: DockerEngine,
  containers: readonly string[],
  deadline: Deadline,
): Promise<ContainerState | { readonly name: string } | undefined> {
  const states = await Promise.all(
    containers.map(async (name) => (await docker.containers.inspect(name, deadline)) ?? { name }),
  );
  return states.find((state) => !('state' in state) || ['exited', 'dead', 'removing'].includes(state.state));
}

async function stoppedError(
  docker: DockerEngine,
  stopped: ContainerState | { readonly name: string },
  deadline: Deadline,
): Promise<InfrastructureError> {
  if (!('state' in stopped)) {
    return new InfrastructureError('NODE_STOPPED', `The node container ${stopped.name} is gone.`, {
      hint: 'Somebody removed it: run again.',
    });
  }
  const words = await docker.containers.logTail(stopped.name, 15, deadline).catch(() => '');
  return new InfrastructureError(
    'NODE_STOPPED',
    `The node container ${stopped.name} stopped with exit code ${String(stopped.exitCode)}. Its last words:\n${words.trim()}`,
    { hint: 'Look at the memory of the machine and at the log of the container engine, then run again.' },
  );
}
