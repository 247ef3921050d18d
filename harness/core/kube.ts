import type { CommandRunner } from './command.ts';
import type { Deadline } from './deadline.ts';

/** Any API object as it travels: raw JSON, so that no field can get lost in a typed model. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  readonly [field: string]: unknown;
}

/** The parts of a pod that podproof reads. Everything else is still there in the raw object. */
export interface Pod extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly dnsPolicy?: string;
    readonly containers: readonly ContainerSpec[];
    readonly [field: string]: unknown;
  };
  readonly status?: PodStatus;
}

export interface ContainerSpec {
  readonly name: string;
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** Narrows an object of the API server: whatever says that it is a Pod and has containers is read as one. */
export function isPod(object: KubeObject | undefined): object is Pod {
  const spec = object?.['spec'];
  return (
    object?.kind === 'Pod' &&
    typeof spec === 'object' &&
    spec !== null &&
    'containers' in spec &&
    Array.isArray(spec.containers)
  );
}

export interface PodStatus {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly podIP?: string;
  readonly hostIP?: string;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly imageID?: string;
  readonly containerID?: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode: number; readonly message?: string };
  };
  /** How it ended before it was started again. */
  readonly lastState?: { readonly terminated?: { readonly exitCode: number } };
  readonly user?: {
    readonly linux?: {
      readonly uid: number;
      readonly gid: number;
      readonly supplementalGroups?: readonly number[];
    };
  };
}

/** A Kubernetes Event about one object, reduced to what people read. */
export interface ObjectEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly count: number;
}

export type PodChange = { readonly kind: 'changed' | 'deleted'; readonly pod: Pod };

/**
 * The API server as podproof needs it. Every call has a deadline and rejects with a HarnessError: UsageError when
 * the server says the object is malformed, InfrastructureError when it could not be asked.
 */
export interface KubeClient {
  /** `https://127.0.0.1:…`, for evidence. */
  readonly server: string;
  /**
   * Creates the object exactly as given, with the server's strict field validation, then compares what was stored
   * with what was sent: a field that the server dropped or changed is an error (server defaults are not).
   *
   * @throws UsageError MANIFEST_REJECTED naming object and fields; MANIFEST_NOT_STORED when a leaf did not survive
   */
  create(object: KubeObject, deadline: Deadline): Promise<KubeObject>;
  /** @returns undefined when there is no such object */
  get(kind: ObjectKind, name: ObjectName, deadline: Deadline): Promise<KubeObject | undefined>;
  list(
    kind: ObjectKind,
    where: { readonly namespace?: string; readonly labelSelector?: string },
    deadline: Deadline,
  ): Promise<readonly KubeObject[]>;
  /** Changes an object by a JSON merge patch (RFC 7386), with strict field validation. */
  patch(kind: ObjectKind, name: ObjectName, change: object, deadline: Deadline): Promise<KubeObject>;
  /** Asks for deletion; a missing object is fine. Does not wait until it is gone. */
  delete(kind: ObjectKind, name: ObjectName, deadline: Deadline, graceSeconds?: number): Promise<void>;
  /** Events whose involvedObject has this uid. */
  events(
    about: { readonly namespace: string; readonly uid: string },
    deadline: Deadline,
  ): Promise<readonly ObjectEvent[]>;
  /**
   * One list and one watch for all pods with the label, in all namespaces. `onChange` first gets every existing
   * pod, then each change. Resumes by itself after a cut; settles when `signal` aborts, rejects when it cannot
   * resume within `giveUpMs`.
   */
  watchPods(
    labelSelector: string,
    options: {
      readonly signal: AbortSignal;
      readonly giveUpMs: number;
      readonly onChange: (change: PodChange) => void;
    },
  ): Promise<void>;
  /**
   * Commands in a container of a pod. A result is `exited` only if the pod itself said so; a stream that is cut before
   * is `inconclusive`. All runners of one container share what they need to be cheap, and it lasts until `close`.
   */
  podRunner(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly container?: string;
  }): CommandRunner;
  serverVersion(deadline: Deadline): Promise<string>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** The kinds podproof handles; the API paths live in the kube room. */
const OBJECT_KINDS = [
  'Namespace',
  'Pod',
  'Node',
  'Service',
  'ServiceAccount',
  'Deployment',
  'DaemonSet',
  'ConfigMap',
  'LimitRange',
] as const;

export type ObjectKind = (typeof OBJECT_KINDS)[number];

export function isObjectKind(kind: string): kind is ObjectKind {
  return OBJECT_KINDS.some((known) => known === kind);
}

export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}
