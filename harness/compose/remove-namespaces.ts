import type { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';

/**
 * Asks the cluster to remove everything of a run. It does not wait: the verdict is known, and the next run looks for
 * what is still there before it starts.
 */
export async function removeNamespaces(
  kube: KubeClient,
  labelSelector: string,
  within: Deadline,
): Promise<void> {
  const [pods, namespaces, workloads] = await Promise.all([
    kube.list('Pod', { labelSelector }, within),
    kube.list('Namespace', { labelSelector }, within),
    kube.list('Deployment', { labelSelector }, within),
  ]);
  // Before their pods, which they would replace.
  await Promise.all(
    workloads.map(({ metadata }) =>
      kube.delete('Deployment', { name: metadata.name, namespace: metadata.namespace ?? '' }, within),
    ),
  );
  await Promise.all(
    pods.map(({ metadata }) =>
      kube.delete('Pod', { name: metadata.name, namespace: metadata.namespace ?? '' }, within, 1),
    ),
  );
  await Promise.all(
    namespaces.map(({ metadata }) => kube.delete('Namespace', { name: metadata.name }, within)),
  );
}
