import type { KeepFile } from '../../core/cluster.ts';
import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { KubeObject } from '../../core/kube.ts';
import { attachmentFolder } from './attachments.ts';
import type { AttachedKube, DetachDeps } from './deps.ts';
import { requireSame } from './identity.ts';
import { ATTACHMENT_LABEL } from './labels.ts';

/**
 * Asks for what helps to understand a run that is not fine: the nodes, and pods and events of our own namespaces. What
 * else is on somebody's cluster is not ours to put into a file that is handed on.
 */
export async function diagnoseAttached(
  name: string,
  keep: KeepFile,
  { deadline, deps }: { readonly deadline: Deadline; readonly deps: DetachDeps },
): Promise<void> {
  try {
    const folder = attachmentFolder(deps.cacheDir, name);
    const uid = (await folder.read())?.notes['uid'];
    if (uid === undefined) {
      keep('cluster/not-asked.txt', 'The cluster was never connected to.');
      return;
    }
    const kube = await deps.connectKube(folder.kubeconfig);
    try {
      await requireSame(kube, uid, deadline);
      await collect(name, keep, { kube, deadline });
    } finally {
      await kube.close();
    }
  } catch (error) {
    keep('cluster/not-asked.txt', `The cluster was not asked: ${describeError(error)}`);
  }
}

async function collect(
  name: string,
  keep: KeepFile,
  { kube, deadline }: { readonly kube: AttachedKube; readonly deadline: Deadline },
): Promise<void> {
  keep('cluster/nodes.json', text(await kube.list('Node', {}, deadline)));
  const labelSelector = `${ATTACHMENT_LABEL}=${name}`;
  for (const { metadata } of await kube.list('Namespace', { labelSelector }, deadline)) {
    const namespace = metadata.name;
    const pods = await kube.list('Pod', { namespace }, deadline);
    keep(`cluster/${namespace}/pods.json`, text(pods));
    const events = await Promise.all(
      pods.map(async (pod) => ({
        pod: pod.metadata.name,
        events: await kube.events({ namespace, uid: pod.metadata.uid ?? '' }, deadline),
      })),
    );
    keep(`cluster/${namespace}/events.json`, JSON.stringify(events, undefined, 1));
  }
}

function text(objects: readonly KubeObject[]): string {
  return JSON.stringify(objects, undefined, 1);
}
