import type { Deadline } from './deadline.ts';
import type { KubeClient } from './kube.ts';
import { done, pending, poll } from './poll.ts';

/**
 * Waits until a new namespace takes pods and starts them without delay: a pod is refused before the default service
 * account exists; before the certificates do, its start is put off.
 *
 * @throws TimeoutError
 */
export async function untilReadyForPods(
  kube: KubeClient,
  namespace: string,
  deadline: Deadline,
): Promise<void> {
  await poll(
    async () => {
      const [account, certificates] = await Promise.all([
        kube.get('ServiceAccount', { name: 'default', namespace }, deadline),
        kube.get('ConfigMap', { name: 'kube-root-ca.crt', namespace }, deadline),
      ]);
      return account && certificates
        ? done(true)
        : pending('no default service account or root certificates yet');
    },
    { deadline, pauseMs: 30 },
  );
}
