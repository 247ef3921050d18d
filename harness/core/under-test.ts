import type { Laptop } from './cluster.ts';
import type { CommandRunner } from './command.ts';
import type { Deadline } from './deadline.ts';
import { InfrastructureError } from './errors.ts';
import type { Json } from './json.ts';
import type { KubeObject, ObjectEvent, ObjectKind, Pod } from './kube.ts';
import type { Look } from './poll.ts';

/** A pod of a scenario, as its claims see it. Everything asked of it is recorded as evidence. */
export interface PodUnderTest {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /**
   * The uid under which the kubelet runs the pod, as control groups and container labels on the node have it. For a
   * static pod that is the hash of its manifest and not the uid of the mirror in the API (kubelet, pkg/kubelet/types:
   * annotation `kubernetes.io/config.hash`).
   */
  readonly nodeUid: string;
  /** Runs commands in the pod's first container. */
  readonly runner: CommandRunner;
  /**
   * The node the scheduler chose.
   * @throws CannotTell when the pod was never scheduled
   */
  readonly node: NodeUnderTest;
  /** The other nodes on which ordinary pods may run. */
  readonly otherNodes: readonly NodeUnderTest[];
  /** The pod as the API server has it now. */
  read(): Promise<Pod>;
  events(): Promise<readonly ObjectEvent[]>;
  /**
   * Makes the kubelet look at the pod again at once, by an annotation that means nothing else. What it cannot start it
   * would try again in its own time only, after ten to fifteen seconds (pkg/kubelet/pod_workers.go, backOffPeriod).
   */
  nudge(): Promise<void>;
}

/** A Deployment or another object whose controller makes pods. */
export interface WorkloadUnderTest {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly namespace: string;
  /** The object as the API server has it now. */
  read(): Promise<KubeObject>;
  /** Its pods as the API server has them now, those on their way out left out. */
  pods(): Promise<readonly Pod[]>;
  /** Changes it by a JSON merge patch (RFC 7386). */
  patch(change: { readonly [field: string]: Json }): Promise<void>;
}

/** A subject that is no object of the cluster, such as one of two ways to write a command. */
export interface VariantUnderTest {
  readonly name: string;
  readonly value: Json;
}

/** A node, seen from outside every pod. */
export interface NodeUnderTest {
  readonly name: string;
  readonly address: string;
  readonly runner: CommandRunner;
}

/** What an observation may use beside its subject. */
export interface Scene {
  /** Another pod of the scenario, by its manifest name. The claim must name it among its partners. */
  pod(name: string): PodUnderTest;
  /** The nodes that take ordinary pods. */
  readonly nodes: readonly NodeUnderTest[];
  /** A node of the control plane. It has kubectl. */
  readonly controlPlane: NodeUnderTest;
  /** Where the objects of the scenario are. */
  readonly namespace: string;
  /**
   * An object that is no pod, as the API server has it now.
   *
   * @param namespace of an object that the cluster brings along. @default the scenario's own
   */
  read(kind: ObjectKind, name: string, namespace?: string): Promise<KubeObject>;
  /** What the cluster told about an object, such as one of the pods of a workload. */
  events(object: KubeObject): Promise<readonly ObjectEvent[]>;
  /**
   * What the pod's container finds in its variable PODPROOF_NONCE: random for each run and different for each pod,
   * so that nobody else can answer for it.
   */
  nonceOf(pod: string): string;
  /** Where a hostPath of the manifest really is: every unit has a folder of its own on the nodes. */
  hostPath(path: string): string;
  /** A container of ours on the cluster's network, outside every node. */
  outsider(): Promise<CommandRunner>;
  /** This machine, if its owner has a command that names a node to it, such as `minikube ip`. */
  readonly laptop: Laptop | undefined;
  /** Lets time pass, for claims about something that must *not* happen. */
  hold(ms: number): Promise<void>;
  /**
   * Waits for something that others do in their own time, such as a rollout.
   *
   * @param what names it, for the reason: "the update to end"
   * @throws TimeoutError with what was seen last: nobody can tell
   * @example await scene.until('an event', 5000, async () => (event === undefined ? pending('none') : done(event)))
   */
  until<T>(what: string, ms: number, look: () => Promise<Look<T>>): Promise<T>;
  readonly deadline: Deadline;
}

/** What an act may do before its pods are created, beside everything that an observation may. */
export interface Stage extends Scene {
  /** The node that a pod of the manifest will be placed on. */
  nodeFor(pod: string): NodeUnderTest;
  /**
   * A registry of ours on the cluster's network: who pushes to it, and under which name it takes an image that the
   * manifest calls `localhost:5001/podproof/…`. Every unit has repositories of its own.
   */
  registry(): Promise<StageRegistry>;
  /** Makes manifests that name the repository by a digest of zeros mean this one. */
  pin(repository: string, digest: string): void;
  /**
   * Registers what takes the act back when the unit is over, last in, first out. It gets a scene of its own: what the
   * stage gave ends with the act.
   */
  later(what: string, undo: (scene: Scene) => Promise<unknown>): void;
}

export interface StageRegistry {
  /** A container outside the nodes, as the laptop of somebody who may push; a pod where the registry is one, too. */
  readonly runner: CommandRunner;
  /** @example nameOf('app:v1') // 172.18.0.9:5000/3f2a91c0/app:v1 */
  readonly nameOf: (image: string) => string;
}

/** The question got no usable answer: the verdict becomes `inconclusive`, never anything else. */
export class CannotTell extends InfrastructureError {
  constructor(why: string, cause?: unknown) {
    super('CANNOT_TELL', why, { cause });
    this.name = 'CannotTell';
  }
}
