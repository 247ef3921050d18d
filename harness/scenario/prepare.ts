import type { KubeObject } from '../core/kube.ts';
import { podPartOf, withPodPart, type Container, type PodPart, type PodSpec } from './pod-template.ts';
import { hostPathOf, imageOf, WORKLOAD_IMAGE, type UnitNames } from './unit-names.ts';

export interface Placement extends UnitNames {
  readonly namespace: string;
  readonly runId: string;
  readonly unit: string;
  /** Node for a pod or the pods of a workload, by manifest name; undefined leaves it to the scheduler. */
  readonly nodeFor: (name: string) => string | undefined;
  /** The workload image as it is called in this cluster. */
  readonly image: string;
}

export const RUN_LABEL = 'podproof.dev/run';
const UNIT_LABEL = 'podproof.dev/unit';
/** Far longer than a pod is looked at; so long it may live when podproof cannot take it away any more. */
const LIFETIME_SECONDS = 3600;
/** On the pods of a workload: its manifest name. */
export const WORKLOAD_LABEL = 'podproof.dev/workload';

/**
 * What podproof adds to a manifest before it applies it, and nothing else: namespace and labels of the run, the
 * node (by selector: `nodeName` would bypass the scheduler under test, so only a manifest that says it gets it), the
 * exact workload image, the unit's own image repositories and host folders, the run's nonce where a container asks
 * for it, and a short grace period and an end to the life of a pod where the manifest says none. The result is kept in the run folder, so that
 * everybody can apply the very same thing.
 */
export function prepareObject(object: KubeObject, placement: Placement): KubeObject {
  const { namespace, runId, unit } = placement;
  const labels = { [RUN_LABEL]: runId, [UNIT_LABEL]: unit };
  const part = podPartOf(object);
  const { name } = object.metadata;
  const prepared =
    part === undefined
      ? object
      : withPodPart(object, preparePart(part, name, { ...placement, isPod: object.kind === 'Pod', labels }));
  return {
    ...prepared,
    metadata: { ...object.metadata, namespace, labels: { ...object.metadata.labels, ...labels } },
  };
}

/** The nonce of one pod: the run's random part and the pod's name. All pods of a workload have the same. */
export function nonceFor(nonce: string, pod: string): string {
  return `${nonce}-${pod}`;
}

function preparePart(
  { metadata, spec }: PodPart,
  name: string,
  placement: Placement & { readonly isPod: boolean; readonly labels: Readonly<Record<string, string>> },
): PodPart {
  const ofWorkload = placement.isPod ? {} : { [WORKLOAD_LABEL]: name };
  return {
    metadata: { ...metadata, labels: { ...metadata?.labels, ...placement.labels, ...ofWorkload } },
    spec: {
      terminationGracePeriodSeconds: 1,
      // Kubernetes refuses it in the templates of workloads.
      ...(placement.isPod ? { activeDeadlineSeconds: LIFETIME_SECONDS } : {}),
      ...spec,
      ...placeOf(spec, placement.nodeFor(name)),
      ...eachContainer(spec, (container) => prepareContainer(container, name, placement)),
      ...volumesOf(spec, placement),
    },
  };
}

function placeOf(spec: PodSpec, node: string | undefined): Partial<PodSpec> {
  if (node === undefined) return {};
  if (spec.nodeName !== undefined) return { nodeName: node };
  return { nodeSelector: { ...spec.nodeSelector, 'kubernetes.io/hostname': node } };
}

function eachContainer(
  { containers, initContainers }: PodSpec,
  change: (container: Container) => Container,
): Pick<PodSpec, 'containers' | 'initContainers'> {
  return {
    containers: containers.map(change),
    ...(initContainers ? { initContainers: initContainers.map(change) } : {}),
  };
}

function prepareContainer(container: Container, pod: string, placement: Placement): Container {
  const image =
    container.image === WORKLOAD_IMAGE
      ? { image: placement.image, imagePullPolicy: 'Never' }
      : { image: imageOf(container.image ?? '', placement) };
  if (container.env === undefined) return { ...container, ...image };
  const env = container.env.map((entry) =>
    entry.name === 'PODPROOF_NONCE' ? { ...entry, value: nonceFor(placement.nonce, pod) } : entry,
  );
  return { ...container, ...image, env };
}

function volumesOf({ volumes }: PodSpec, names: UnitNames): Partial<PodSpec> {
  if (volumes === undefined) return {};
  return {
    volumes: volumes.map((volume) =>
      volume.hostPath === undefined
        ? volume
        : { ...volume, hostPath: { ...volume.hostPath, path: hostPathOf(volume.hostPath.path, names) } },
    ),
  };
}
