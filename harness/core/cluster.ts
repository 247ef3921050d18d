import type { CommandRunner } from './command.ts';
import type { Deadline } from './deadline.ts';
import type { Progress } from './progress.ts';

/** A node as seen from outside every pod: its runner is the node oracle. */
export interface ClusterNode {
  readonly name: string;
  /** The InternalIP that pods and other nodes use. */
  readonly address: string;
  readonly role: 'control-plane' | 'worker';
  /** True when ordinary pods may be scheduled here (no NoSchedule taint). */
  readonly schedulable: boolean;
  /** Runs commands in the node's own namespaces, as its root. */
  readonly runner: CommandRunner;
}

/** A running cluster that podproof may use. Who may delete it is the provider's business, not the handle's. */
export interface Cluster {
  readonly name: string;
  readonly provider: ProviderId;
  /** File with mode 0600 in a folder with mode 0700, never the user's own kubeconfig. */
  readonly kubeconfig: string;
  readonly nodes: readonly ClusterNode[];
  /** The image that manifests mean when they say `localhost/podproof/workload`; present on every node. */
  readonly workloadImage: string;
  /** Versions and facts for the report: kubernetes, containerd, kind, cgroup, kernel … */
  readonly facts: Readonly<Record<string, string>>;
  /** True when it was there before this run and only taken over. */
  readonly reused: boolean;
  /** Labels for every namespace that is made on it: by them whoever cleans up later knows what is ours. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** What it cannot offer to claims, each with the reason. Known before anything is planned. */
  readonly lacks?: Lacks;
  /** This machine, where its owner has a command that names a node to it; absent where the provider has none. */
  readonly laptop?: Laptop;
  /** A container of ours on the cluster's network, outside every node. Started on first use. */
  outsider(deadline: Deadline): Promise<CommandRunner>;
  /** An image registry on the cluster's network that every node pulls from. Started on first use. */
  registry(deadline: Deadline): Promise<ClusterRegistry>;
}

/** What not every cluster has. */
export type Lacks = { readonly [what in 'outsider' | 'registry']?: string };

/** This machine as a place to reach nodes from. */
export interface Laptop {
  /** Runs commands here, with what the provider's own tool needs to find the cluster. */
  readonly runner: CommandRunner;
  /** Prints the address of a node, such as `minikube ip`: that of the control plane. */
  readonly nodeAddress: readonly [string, ...string[]];
  /** Why no node can be reached from here, where that is known without trying. */
  readonly outOfReach?: string;
}

/** One registry under two names, as whoever pushes and whoever pulls stand in different places. */
export interface ClusterRegistry {
  /** host:port on the cluster's network, for whoever pushes. */
  readonly address: string;
  /** What manifests and nodes call it: `localhost:5001`. */
  readonly prefix: string;
  /** Who may push, where that is not the one outside of the nodes. */
  readonly pusher?: CommandRunner;
}

export type ProviderId = 'kind' | 'minikube' | 'attached' | 'k3s';

export interface ClusterSpec {
  /** Number of nodes including the control plane. */
  readonly nodes: number;
  /** Node image; the provider chooses one when absent. */
  readonly image?: string | undefined;
  /** Minor version of Kubernetes, such as 1.36; the provider's default when absent. */
  readonly kubernetes?: string | undefined;
}

/**
 * Makes and removes clusters. `create` either returns a cluster in which every node, cluster DNS and the default
 * service account are ready, or removes what it had made and rejects.
 */
export interface ClusterProvider {
  readonly id: ProviderId;
  /** The kept cluster of an earlier run that matches the spec exactly, or undefined. Never adopts a foreign one. */
  findKept(spec: ClusterSpec, options: ProviderOptions): Promise<Cluster | undefined>;
  create(spec: ClusterSpec, options: ProviderOptions): Promise<Cluster>;
  /** Removes the cluster and everything that belonged to it; fine when it is gone already. */
  destroy(name: string, deadline: Deadline): Promise<void>;
  /**
   * Asks the cluster, in whatever state it is, for all that helps to understand what is wrong with it: nodes, pods,
   * events, logs. Hands the texts over as they are; what cannot be had is said in its place. Never rejects.
   */
  diagnose(name: string, keep: KeepFile, deadline: Deadline): Promise<void>;
}

/*
 * What some providers can do and others cannot. Each is an interface of its own that a provider implements or not, so
 * that nobody has to write a method that only throws.
 */

/** Can make clusters of several nodes; every other provider makes one node and refuses a spec that asks for more. */
export interface MultiNode {
  readonly maxNodes: number;
}

/** Its nodes can be entered from outside every pod. */
export interface HasNodeShell {
  /** Runs commands in the node's own namespaces, as its root. */
  nodeShell(node: string): CommandRunner;
}

/** Can bring images of the engine into the nodes, for pods that must not pull. */
export interface LoadsImages {
  /**
   * After this every node of the cluster has the image under this name.
   *
   * @throws InfrastructureError IMAGE_NOT_LOADED
   */
  loadImage(cluster: string, image: string, deadline: Deadline): Promise<void>;
}

/** Can stop all processes of a node and let them go on, as a laptop does that sleeps. */
export interface PausesNodes {
  pauseNode(node: string, deadline: Deadline): Promise<void>;
  resumeNode(node: string, deadline: Deadline): Promise<void>;
}

/** Each capability under the member by which it is recognised. */
export interface Capabilities {
  readonly maxNodes: MultiNode;
  readonly nodeShell: HasNodeShell;
  readonly loadImage: LoadsImages;
  readonly pauseNode: PausesNodes;
}

/** @example if (can(provider, 'loadImage')) await provider.loadImage(cluster.name, image, deadline) */
export function can<P extends ClusterProvider, C extends keyof Capabilities>(
  provider: P,
  capability: C,
): provider is P & Capabilities[C] {
  return capability in provider;
}

/** Takes one text of a collection. `file` is a relative path whose parts may come from nodes. */
export type KeepFile = (file: string, text: string) => void;

export interface ProviderOptions {
  readonly deadline: Deadline;
  readonly progress: Progress;
  /** Called with the cluster's name before anything of it exists, so that the undo can be registered first. */
  readonly onBeforeCreate?: (name: string) => void;
  /** Told of a kept cluster that could have served and does not, but stays: who asked to keep it decides about it. */
  readonly onLeftAlone?: ((what: string) => void) | undefined;
  /** Called when the creation failed, before what is there is removed. Must not reject, and must have an end. */
  readonly onFailure?: () => Promise<void>;
}
