/**
 * A changed subject under which the named claims must turn `contradicted`. If one still holds, the observation is
 * too weak to prove its sentence, and the run is red.
 */
export interface Mutant {
  readonly id: string;
  /** What is changed, in words. */
  readonly change: string;
  /** Ids of the claims that must fall. */
  readonly fells: readonly string[];
  /** The pods or workloads that `mutate` changes. @default the subject of the first claim it fells */
  readonly target?: string | readonly string[];
  /** Gets a copy of the pod's manifest, or of a workload's pod template, and changes it in place. */
  readonly mutate?: (pod: MutablePod) => void;
  /** Gets a copy of the whole object of `target` and changes it in place: a Service, the strategy of a Deployment. */
  readonly mutateObject?: (object: MutableObject) => void;
  /** Stand-ins that are created beside the pods of the claims. */
  readonly adds?: readonly string[];
  /** Takes the subject's place in the claims that must fall: another pod, a stand-in, another variant. */
  readonly subject?: string;
}

/** A manifest that a mutant may change freely. */
export interface MutablePod {
  metadata: { name?: string; labels?: Record<string, string>; [field: string]: unknown };
  spec: {
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    hostUsers?: boolean;
    shareProcessNamespace?: boolean;
    dnsPolicy?: string;
    nodeName?: string;
    automountServiceAccountToken?: boolean;
    securityContext?: Record<string, unknown>;
    volumes?: MutableVolume[];
    containers: MutableContainer[];
    [field: string]: unknown;
  };
}

export interface MutableVolume {
  name: string;
  hostPath?: { path: string; type?: string };
  emptyDir?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface MutableContainer {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string }[];
  ports?: { containerPort: number; hostPort?: number; hostIP?: string; protocol?: string; name?: string }[];
  securityContext?: Record<string, unknown>;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; [field: string]: unknown }[];
  [field: string]: unknown;
}

export interface MutableObject {
  kind: string;
  metadata: { name: string; [field: string]: unknown };
  spec: {
    replicas?: number;
    strategy?: { type?: string; rollingUpdate?: Record<string, number | string> };
    externalTrafficPolicy?: string;
    selector?: unknown;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}
