import { isRecord } from '../core/json.ts';
import { isPod, type KubeObject } from '../core/kube.ts';

/** The specification of pods inside an object: of a pod itself, or of the template of a workload. */
export interface PodPart {
  readonly metadata?: Readonly<Record<string, unknown>> & {
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly [field: string]: unknown;
}

export interface Container {
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly [field: string]: unknown;
}

interface Volume {
  readonly hostPath?: { readonly path: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/**
 * What an object says about pods; undefined for objects that make none. The manifest was checked field by field when
 * it was read, so that only the shape in the large is left to ask.
 */
export function podPartOf(object: KubeObject): PodPart | undefined {
  if (isPod(object)) return isPodPart(object) ? object : undefined;
  const { template } = specOf(object);
  return isPodPart(template) ? template : undefined;
}

/** The object with another pod part. */
export function withPodPart(object: KubeObject, part: PodPart): KubeObject {
  if (isPod(object))
    return { ...object, spec: part.spec, metadata: { ...object.metadata, ...part.metadata } };
  return { ...object, spec: { ...specOf(object), template: part } };
}

/** Names of pods and workloads in a manifest: what claims can be about. */
export function namesWithPods(objects: readonly KubeObject[]): readonly string[] {
  return objects.filter((object) => podPartOf(object) !== undefined).map(({ metadata }) => metadata.name);
}

/** How many pods an object makes: what it says, or one. */
export function replicasOf(object: KubeObject): number {
  if (podPartOf(object) === undefined) return 0;
  const { replicas } = specOf(object);
  return typeof replicas === 'number' ? replicas : 1;
}

/** The specification of any object; empty when it has none. */
export function specOf(object: KubeObject): Readonly<Record<string, unknown>> {
  const spec = object['spec'];
  return isRecord(spec) ? spec : {};
}

function isPodPart(value: unknown): value is PodPart {
  return isRecord(value) && isRecord(value['spec']) && Array.isArray(value['spec']['containers']);
}
