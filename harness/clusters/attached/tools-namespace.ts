import { Deadline } from '../../core/deadline.ts';
import { BusyError } from '../../core/errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { createOwn } from './create-own.ts';
import type { AttachedKube } from './deps.ts';
import { ATTACHMENT_LABEL, toolsNamespace } from './labels.ts';

const READY_MS = 30_000;

/**
 * Two runs would take each other's ports and each other's objects for leftovers. What a dead run of this machine left
 * was removed before; what is there now belongs to somebody. Asked twice: before anything is made, and once our own
 * namespace shows others that we are there. Of two that come at the same moment at least one sees the other then; that
 * both may give way is the price for no lock on somebody's cluster.
 *
 * @throws BusyError CLUSTER_IN_USE
 */
export async function requireAlone(own: string, kube: AttachedKube, deadline: Deadline): Promise<void> {
  const found = await kube.list('Namespace', { labelSelector: ATTACHMENT_LABEL }, deadline);
  const others = found.filter(({ metadata: { labels } }) => labels?.[ATTACHMENT_LABEL] !== own);
  if (others.length === 0) return;
  const names = others.map(({ metadata }) => metadata.name).join(', ');
  throw new BusyError('CLUSTER_IN_USE', `Another run of podproof is on this cluster: namespaces ${names}.`, {
    hint:
      'Run again when it is over. If nobody runs it any more: `npm run clean` on the machine that it ran on; ' +
      `where that is not possible kubectl delete namespaces -l ${ATTACHMENT_LABEL}`,
  });
}

/** The namespace of our own pods, ready to take them. */
export async function makeToolsNamespace(name: string, kube: AttachedKube, outer: Deadline): Promise<void> {
  const namespace = toolsNamespace(name);
  const deadline = Deadline.in(READY_MS, `namespace ${namespace}`, outer.signal);
  const labels = { [ATTACHMENT_LABEL]: name, 'pod-security.kubernetes.io/enforce': 'privileged' };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
  await createOwn(kube, object, deadline);
  await poll(
    async () => {
      const account = await kube.get('ServiceAccount', { name: 'default', namespace }, deadline);
      return account === undefined ? pending('no default service account yet') : done(true);
    },
    { deadline, pauseMs: 50 },
  );
}
