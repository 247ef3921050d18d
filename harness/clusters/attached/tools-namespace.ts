import { Deadline } from '../../core/deadline.ts';
import { BusyError } from '../../core/errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import type { AttachedKube } from './deps.ts';
import { ATTACHMENT_LABEL, toolsNamespace } from './labels.ts';

const READY_MS = 30_000;

/**
 * Two runs would take each other's ports and each other's objects for leftovers. What a dead run of this machine left
 * was removed before; what is there now belongs to somebody.
 *
 * @throws BusyError CLUSTER_IN_USE
 */
export async function requireAlone(kube: AttachedKube, deadline: Deadline): Promise<void> {
  const found = await kube.list('Namespace', { labelSelector: ATTACHMENT_LABEL }, deadline);
  if (found.length === 0) return;
  const names = found.map(({ metadata }) => metadata.name).join(', ');
  throw new BusyError('CLUSTER_IN_USE', `Another run of podproof is on this cluster: namespaces ${names}.`, {
    hint: `If nobody runs it any more: kubectl delete namespaces -l ${ATTACHMENT_LABEL}`,
  });
}

/** The namespace of our own pods, ready to take them. */
export async function makeToolsNamespace(name: string, kube: AttachedKube, outer: Deadline): Promise<void> {
  const namespace = toolsNamespace(name);
  const deadline = Deadline.in(READY_MS, `namespace ${namespace}`, outer.signal);
  const labels = { [ATTACHMENT_LABEL]: name, 'pod-security.kubernetes.io/enforce': 'privileged' };
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }, deadline);
  await poll(
    async () => {
      const account = await kube.get('ServiceAccount', { name: 'default', namespace }, deadline);
      return account === undefined ? pending('no default service account yet') : done(true);
    },
    { deadline, pauseMs: 50 },
  );
}
