import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError, SafetyError } from '../../core/errors.ts';
import type { KubeClient, KubeObject } from '../../core/kube.ts';

const SYSTEM = 'kube-system';

/** Which cluster it is, before anything is done to it. */
export interface ClusterIdentity {
  /** Uid of the namespace kube-system: the convention by which a cluster is told from every other one. */
  readonly uid: string;
  readonly version: string;
  readonly nodes: readonly KubeObject[];
}

/** @throws InfrastructureError API_…, CLUSTER_UNKNOWN */
export async function readIdentity(kube: KubeClient, deadline: Deadline): Promise<ClusterIdentity> {
  const [uid, version, nodes] = await Promise.all([
    uidOf(kube, deadline),
    kube.serverVersion(deadline),
    kube.list('Node', {}, deadline),
  ]);
  return { uid, version, nodes };
}

/**
 * Makes sure that it is still the same cluster.
 *
 * @throws SafetyError CLUSTER_CHANGED; InfrastructureError when it cannot be asked
 */
export async function requireSame(kube: KubeClient, uid: string, deadline: Deadline): Promise<void> {
  const found = await uidOf(kube, deadline);
  if (found === uid) return;
  throw new SafetyError(
    'CLUSTER_CHANGED',
    `${kube.server} is another cluster now: the uid of its kube-system is ${found}, it was ${uid}. Nothing was done to it.`,
    { hint: 'What podproof made is in the cluster that was there before, if that still exists anywhere.' },
  );
}

async function uidOf(kube: KubeClient, deadline: Deadline): Promise<string> {
  const system = await kube.get('Namespace', { name: SYSTEM }, deadline);
  const uid = system?.metadata.uid;
  if (uid !== undefined) return uid;
  throw new InfrastructureError('CLUSTER_UNKNOWN', `${kube.server} has no namespace ${SYSTEM}.`, {
    hint: 'A cluster is known by its uid; without it podproof cannot make sure that it stays the same.',
  });
}
