import type { KubeObject, PodStatus } from '../../core/kube.ts';

/** How many replicas of cluster DNS are wanted and how many answer. A Deployment that is not there wants none. */
export function dnsStatus(deployment: KubeObject | undefined): {
  readonly wanted: number;
  readonly available: number;
} {
  const { spec, status } = (deployment ?? {}) as {
    readonly spec?: { readonly replicas?: number };
    readonly status?: { readonly availableReplicas?: number };
  };
  return { wanted: spec?.replicas ?? 0, available: status?.availableReplicas ?? 0 };
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
