import type { ExistingPod } from './types.ts';

const NAMESPACE = 'kube-system';

/**
 * A pod that the kubelet runs from a file, as kubeadm's control plane: labelled with the name of its component, and
 * shown in the API as a mirror with the kubelet's annotation, which no pod can be given later (API validation).
 */
export function staticPod(component: string): ExistingPod {
  return {
    namespace: NAMESPACE,
    find: ({ metadata: { labels, annotations } }) =>
      labels?.['component'] === component && annotations?.['kubernetes.io/config.mirror'] !== undefined,
    otherwise: `the control plane of this cluster does not run ${component} as a static pod`,
  };
}

/** A pod of the cluster's own that a DaemonSet or a Deployment made. */
export function podOf(kind: 'DaemonSet' | 'Deployment', name: string): ExistingPod {
  // A Deployment owns its pods through a ReplicaSet, whose name is that of the Deployment and a hash.
  const owner =
    kind === 'DaemonSet' ? { kind, name: `^${name}$` } : { kind: 'ReplicaSet', name: `^${name}-[a-z0-9]+$` };
  const pattern = new RegExp(owner.name);
  return {
    namespace: NAMESPACE,
    find: ({ metadata }) =>
      metadata.ownerReferences?.some((made) => made.kind === owner.kind && pattern.test(made.name)) === true,
    otherwise: `this cluster has no ${kind} ${name} in ${NAMESPACE}`,
  };
}
