import { systemClock } from '../core/clock.ts';
import type { ClusterNode } from '../core/cluster.ts';
import type { Trait } from './findings/trait.ts';
import { portTrait } from './findings/port-trait.ts';
import {
  askPort,
  askUntilClosed,
  hostPortsOf,
  type HostPort,
  type PortAnswers,
  type PortVantages,
} from './looking/host-ports.ts';
import type { Sight } from './looking/sight.ts';
import { awaitGone, removePod, type PodContext } from './run-pod.ts';

/** Host ports of a subject and of its control, ready to be compared. */
export interface PortTraits {
  readonly subject: readonly Trait[];
  readonly control: readonly Trait[];
  readonly notes: readonly string[];
}

/** A server needs a moment until it listens. */
const OPENING_MS = 5000;
const PAUSE_MS = 500;

/**
 * Tries the host ports of a running subject from its node, from another node and from outside. Then the subject is
 * taken away, and the same ports are tried again: that is the control's answer, which runs on the same node. Asking
 * while both run could not tell them apart.
 */
export async function portsOfPods(subject: Sight, context: PodContext): Promise<PortTraits> {
  const { pod, node } = subject.followed;
  const ports = hostPortsOf(pod);
  const tcp = ports.filter(({ protocol }) => protocol === 'TCP');
  const notes = ports.flatMap((port) => whyNotTried(port, isRunning(subject)) ?? []);
  if (node === undefined || tcp.length === 0 || !isRunning(subject))
    return { subject: [], control: [], notes };
  const at = vantages(node, context);
  const open = await Promise.all(
    tcp.map(async (port) => portTrait(port, await askUntilOpen(port, at, context))),
  );
  await removePod(pod, context);
  const gone = await awaitGone(pod, context);
  if (!gone) notes.push('the pod did not go away, so nobody can say what answers without it');
  const closed = gone
    ? await Promise.all(
        tcp.map(async (port) => portTrait(port, await askUntilClosed(port, at, context.deadline.signal))),
      )
    : [];
  return {
    subject: open,
    control: closed,
    notes,
  };
}

function whyNotTried({ hostPort, protocol }: HostPort, isUp: boolean): string | undefined {
  if (protocol !== 'TCP')
    return `host port ${String(hostPort)}/${protocol} was not tried: only TCP can be told from silence`;
  return isUp ? undefined : `host port ${String(hostPort)} was not tried: no container runs`;
}

function isRunning({ followed }: Sight): boolean {
  return followed.containers.some(({ view }) => view.stage.kind === 'running');
}

function vantages(node: ClusterNode, { cluster, witness, deadline }: PodContext): PortVantages {
  const other = cluster.nodes.find(({ name }) => name !== node.name);
  return {
    address: node.address,
    node: witness.wrap(node.runner, 'node'),
    otherNode: other === undefined ? undefined : witness.wrap(other.runner, 'node'),
    outside: async () => witness.wrap(await cluster.outsider(deadline), 'cluster network'),
  };
}

async function askUntilOpen(
  port: HostPort,
  at: PortVantages,
  { deadline }: PodContext,
): Promise<PortAnswers> {
  const endsAt = systemClock.now() + OPENING_MS;
  for (;;) {
    const answers = await askPort(port, at);
    if (Object.values(answers).includes('answers') || systemClock.now() >= endsAt) return answers;
    await systemClock.sleep(PAUSE_MS, deadline.signal);
  }
}
