import type { ForeignObject } from '../../core/submission.ts';
import { isEmpty, isRecord, numberAt, recordAt, textAt, without } from '../shape.ts';

export interface SubjectOptions {
  /** `undefined` leaves the pod without one. */
  readonly name: string | undefined;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The kubelet ends the pod after this time, whatever becomes of podproof. */
  readonly lifeSeconds: number;
}

export interface SubjectPod {
  readonly object: ForeignObject;
  /** Everything that differs from the manifest, in words. */
  readonly changes: readonly string[];
}

/** What the server fills in, and what keeps a pod from being deleted or gets it deleted by somebody else. */
const SERVER_SET = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'selfLink',
] as const;
const TIES = ['finalizers', 'ownerReferences'] as const;

/**
 * The pod to apply: the manifest's own spec, in a namespace of ours, with our labels and an end to its life. Nothing
 * is added that would change what the pod gets on the node; resource limits would (its cgroup and QoS class), so
 * there are none.
 */
export function subjectOf(template: ForeignObject, options: SubjectOptions): SubjectPod {
  const changes: string[] = [];
  const metadata = recordAt(template, 'metadata');
  const asked = textAt(metadata, 'namespace');
  if (asked !== undefined) changes.push(`namespace ${asked} → ${options.namespace}`);
  const name = textAt(metadata, 'name');
  if (options.name !== undefined && name !== undefined && options.name !== name)
    changes.push(`name ${name} → ${options.name}, because another pod has it`);
  for (const field of TIES) if (field in metadata) changes.push(`metadata.${field} left out`);
  const exported = SERVER_SET.filter((field) => field in metadata);
  if (exported.length > 0) changes.push('fields that the server sets left out');
  const { spec } = template;
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...without(metadata, ...SERVER_SET, ...TIES, 'name', 'generateName'),
        ...(options.name === undefined ? {} : { name: options.name }),
        namespace: options.namespace,
        labels: { ...recordAt(metadata, 'labels'), ...options.labels },
      },
      ...('spec' in template ? { spec: isRecord(spec) ? limitedLife(spec, options.lifeSeconds) : spec } : {}),
    },
    changes,
  };
}

/** The manifest's own limit stays where it is shorter. */
function limitedLife(spec: ForeignObject, seconds: number): ForeignObject {
  const own = numberAt(spec, 'activeDeadlineSeconds');
  if ('activeDeadlineSeconds' in spec && (own === undefined || own <= seconds)) return spec;
  return { ...spec, activeDeadlineSeconds: seconds };
}

/** The service account the pod asks for, if it is another than the default one. */
export function serviceAccountOf(template: ForeignObject): string | undefined {
  const spec = recordAt(template, 'spec');
  const name = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
  return name === 'default' ? undefined : name;
}

/**
 * The pod as Pod Security judges it: without references to objects that other admission plugins look for first. The
 * standards say nothing about them.
 */
export function forPodSecurity(object: ForeignObject): ForeignObject {
  const spec = recordAt(object, 'spec');
  if (isEmpty(spec)) return object;
  return {
    ...object,
    spec: without(
      spec,
      'serviceAccountName',
      'serviceAccount',
      'priorityClassName',
      'priority',
      'runtimeClassName',
      'overhead',
    ),
  };
}

/** The same pod on one node, by selector: `nodeName` would leave the scheduler out. */
export function onNode(object: ForeignObject, node: string): ForeignObject {
  const spec = recordAt(object, 'spec');
  if ('nodeName' in spec) return object;
  const selector = { ...recordAt(spec, 'nodeSelector'), 'kubernetes.io/hostname': node };
  return { ...object, spec: { ...spec, nodeSelector: selector } };
}
