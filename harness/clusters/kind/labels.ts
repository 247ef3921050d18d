/** kind puts these on every node (kind v0.33, pkg/cluster/internal/providers/docker). */
export const CLUSTER_LABEL = 'io.x-k8s.kind.cluster';
export const ROLE_LABEL = 'io.x-k8s.kind.role';

/** The Docker network that all kind clusters share. */
export const KIND_NETWORK = 'kind';
