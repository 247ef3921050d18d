import type { KubeObject, PodStatus } from '../../core/kube.ts';

interface RawDeployment {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly availableReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * Whether cluster DNS answers, in the words of its Deployment: Available, with one replica at least. With kubeadm's
 * two replicas the first one is enough for that; the second comes seconds later and changes nothing.
 *
 * @returns what is missing, or undefined
 */
export function dnsMissing(deployment: KubeObject | undefined): string | undefined {
  if (deployment === undefined) return 'CoreDNS is not deployed yet';
  const { spec, status } = deployment as KubeObject & RawDeployment;
  const available = status?.availableReplicas ?? 0;
  const isAvailable = status?.conditions?.some(
    ({ type, status: is }) => type === 'Available' && is === 'True',
  );
  if (isAvailable === true && available > 0) return undefined;
  return `CoreDNS ${String(available)}/${String(spec?.replicas ?? 0)} available`;
}

/** Reasons of the kubelet that waiting does not cure: nobody will bring the image. */
const PERMANENT = new Set(['ErrImageNeverPull', 'InvalidImageName', 'ImagePullBackOff']);

/** Why cluster DNS can never start, in the kubelet's words, or undefined while there is hope. */
export function dnsProblem(pods: readonly KubeObject[]): string | undefined {
  for (const pod of pods) {
    const { containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
    for (const { name, state } of containerStatuses) {
      const reason = state?.waiting?.reason;
      if (reason !== undefined && PERMANENT.has(reason)) {
        return `${pod.metadata.name}/${name}: ${reason} (${state?.waiting?.message ?? 'no message'})`;
      }
    }
  }
  return undefined;
}
