import type { ForeignObject } from '../../core/submission.ts';
import { isRecord, recordAt, recordsAt, textAt } from '../shape.ts';
import type { ManifestDocument } from './read-documents.ts';

/** Where an object comes from, in the manifest's own words. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** A pod that a manifest describes, by itself or as the template of a workload. */
export interface PodDocument {
  readonly origin: Origin;
  /** `metadata` and `spec` of the pod, as they are written. */
  readonly template: ForeignObject;
  /** The workload around the template; absent for a Pod. */
  readonly workload?: ForeignObject;
  readonly notes: readonly string[];
}

/** An object that pods refer to and that grants nothing by itself. */
export interface SupportingDocument {
  readonly origin: Origin;
  readonly object: ForeignObject;
}

export interface SortedDocuments {
  readonly pods: readonly PodDocument[];
  readonly supporting: readonly SupportingDocument[];
  readonly others: readonly { readonly origin: Origin; readonly why: string }[];
}

/** Where each kind keeps the template of its pods. `batch` and `apps` had other groups in older versions. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  PodTemplate: ['template'],
};
const GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'extensions']);
const SUPPORTING: ReadonlySet<string> = new Set(['ConfigMap', 'Secret', 'ServiceAccount']);

/** Why well-known kinds are left alone. */
const REASONS: Readonly<Record<string, string>> = {
  Service: 'a Service starts no pod; host ports are asked without it',
  Namespace: 'podproof makes its own namespaces',
  PersistentVolume: 'volumes of the cluster are not created',
  PersistentVolumeClaim: 'volumes of the cluster are not created',
  Role: 'rights in the API are not granted',
  RoleBinding: 'rights in the API are not granted',
  ClusterRole: 'rights in the API are not granted',
  ClusterRoleBinding: 'rights in the API are not granted',
  NetworkPolicy: 'network policies are not applied',
  CustomResourceDefinition: 'nothing is changed for the whole cluster',
};

/** Finds the pods in what was read, the objects they may refer to, and says why the rest is not looked at. */
export function sortDocuments(documents: readonly ManifestDocument[]): SortedDocuments {
  const pods: PodDocument[] = [];
  const supporting: SupportingDocument[] = [];
  const others: { origin: Origin; why: string }[] = [];
  for (const document of documents) {
    const origin = originOf(document);
    const { object, notes } = document;
    const isKnown = GROUPS.has(groupOf(origin.apiVersion));
    const template = isKnown ? templateOf(object, origin, notes) : undefined;
    if (template !== undefined) pods.push(template);
    else if (origin.apiVersion === 'v1' && SUPPORTING.has(origin.kind)) supporting.push({ origin, object });
    else others.push({ origin, why: whyNot(origin, isKnown) });
  }
  return { pods, supporting, others };
}

function templateOf(
  object: ForeignObject,
  origin: Origin,
  notes: readonly string[],
): PodDocument | undefined {
  if (origin.kind === 'Pod' && groupOf(origin.apiVersion) === '') return { origin, template: object, notes };
  const path = TEMPLATES[origin.kind];
  if (path === undefined) return undefined;
  const template = path.reduce<unknown>((at, field) => (isRecord(at) ? at[field] : undefined), object);
  return {
    origin,
    template: isRecord(template) ? withClaims(template, object, origin) : {},
    workload: object,
    notes,
  };
}

/** A StatefulSet gives its first pod one claim for each of its templates, named after both. */
function withClaims(template: ForeignObject, object: ForeignObject, { kind, name }: Origin): ForeignObject {
  const claims = kind === 'StatefulSet' ? recordsAt(recordAt(object, 'spec'), 'volumeClaimTemplates') : [];
  if (claims.length === 0) return template;
  const spec = recordAt(template, 'spec');
  const names = claims.map((claim) => textAt(recordAt(claim, 'metadata'), 'name') ?? '');
  const volumes = names.map((volume) => ({
    name: volume,
    persistentVolumeClaim: { claimName: `${volume}-${name}-0` },
  }));
  const own = recordsAt(spec, 'volumes').filter((volume) => !names.includes(textAt(volume, 'name') ?? ''));
  return { ...template, spec: { ...spec, volumes: [...own, ...volumes] } };
}

function originOf({ file, line, object }: ManifestDocument): Origin {
  const metadata = recordAt(object, 'metadata');
  return {
    file,
    line,
    apiVersion: textAt(object, 'apiVersion') ?? '',
    kind: textAt(object, 'kind') ?? '',
    name: textAt(metadata, 'name') ?? textAt(metadata, 'generateName') ?? '',
  };
}

function whyNot({ kind, apiVersion }: Origin, isKnown: boolean): string {
  const reason = REASONS[kind];
  if (reason !== undefined) return reason;
  return isKnown ? `a ${kind} has no pod to look at` : `podproof does not know pods in ${apiVersion} ${kind}`;
}

/** '' for the core group. */
function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
