import { isPod, type KubeObject } from '../core/kube.ts';
import { WORKLOAD_IMAGE } from './check-definition.ts';

export interface Placement {
  readonly namespace: string;
  readonly runId: string;
  readonly unit: string;
  /** Node for each pod, by manifest name. */
  readonly nodeFor: (pod: string) => string;
  readonly nonce: string;
  /** The workload image as it is called in this cluster. */
  readonly image: string;
}

export const RUN_LABEL = 'podproof.dev/run';
const UNIT_LABEL = 'podproof.dev/unit';

/**
 * What podproof adds to a manifest before it applies it, and nothing else: namespace and labels of the run, the
 * node (by selector: `nodeName` would bypass the scheduler under test), the exact workload image, the run's nonce
 * where a container asks for it, and a short grace period where the manifest says none. The result is kept in the
 * run folder, so that everybody can apply the very same thing.
 */
export function prepareObject(object: KubeObject, placement: Placement): KubeObject {
  const { namespace, runId, unit } = placement;
  const metadata = {
    ...object.metadata,
    namespace,
    labels: { ...object.metadata.labels, [RUN_LABEL]: runId, [UNIT_LABEL]: unit },
  };
  if (!hasPodSpec(object)) return { ...object, metadata };
  return {
    ...object,
    metadata,
    spec: preparePodSpec(object.spec, object.metadata.name, placement),
  };
}

/** The nonce of one pod: the run's random part and the pod's name. */
export function nonceFor(nonce: string, pod: string): string {
  return `${nonce}-${pod}`;
}

/** The manifest was checked field by field when it was read; here only the kind is left to ask. */
function hasPodSpec(object: KubeObject): object is KubeObject & { readonly spec: PodSpec } {
  return isPod(object);
}

interface PodSpec {
  readonly nodeSelector?: Record<string, string>;
  readonly containers: readonly Container[];
  readonly [field: string]: unknown;
}

interface Container {
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly [field: string]: unknown;
}

function preparePodSpec(spec: PodSpec, pod: string, { nodeFor, nonce, image }: Placement): PodSpec {
  return {
    terminationGracePeriodSeconds: 1,
    ...spec,
    nodeSelector: { ...spec.nodeSelector, 'kubernetes.io/hostname': nodeFor(pod) },
    containers: spec.containers.map((container) => ({
      ...container,
      ...(container.image === WORKLOAD_IMAGE ? { image, imagePullPolicy: 'Never' } : {}),
      ...(container.env
        ? {
            env: container.env.map((entry) =>
              entry.name === 'PODPROOF_NONCE' ? { ...entry, value: nonceFor(nonce, pod) } : entry,
            ),
          }
        : {}),
    })),
  };
}
