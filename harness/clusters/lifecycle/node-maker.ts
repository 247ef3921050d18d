import type { ClusterSpec, KeepFile, Laptop, ProviderId, ProviderOptions } from '../../core/cluster.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { ProgressStep } from '../../core/progress.ts';
import type { ContainerSummary } from '../../docker/engine-port.ts';
import type { StateFolder } from '../cluster-record.ts';

/** Everything that is decided before a cluster is made or looked for. */
export interface ClusterPlan {
  /** Of the nodes. */
  readonly image: string;
  /** The workload image when the node image should have it inside already. */
  readonly workload: string | undefined;
  /** Clusters of one provider with the same fingerprint are interchangeable. */
  readonly fingerprint: string;
  /** For the report: what the cluster itself cannot tell. */
  readonly facts: Readonly<Record<string, string>>;
  /** Those of the facts that belong to the making: a later run takes them from the record, not from its own plan. */
  readonly madeBy: Readonly<Record<string, string>>;
}

/** One cluster while it is being made. */
export interface Making<Plan extends ClusterPlan = ClusterPlan> {
  readonly name: string;
  /** Private; goes with the cluster. */
  readonly folder: StateFolder;
  readonly spec: ClusterSpec;
  readonly plan: Plan;
  readonly options: ProviderOptions;
  readonly step: ProgressStep;
}

export interface ImageLoad {
  readonly image: string;
  readonly cluster: string;
  /** A file that may be written and is removed again. */
  readonly archive: string;
  readonly deadline: Deadline;
}

/** Something to read on a node by a command, for whoever has to find out what is wrong with it. */
export interface TextSource {
  /** The name that the text gets. */
  readonly file: string;
  readonly argv: readonly [string, ...string[]];
}

/**
 * One way of making clusters whose nodes are containers of the engine. `containerProvider` adds what all of them share:
 * names and records, waiting until everything is ready, looking at what was made, taking over and removing.
 *
 * Removing must not need the tool that made the cluster: a broken or missing tool cannot keep us from cleaning up.
 */
export interface NodeMaker<Plan extends ClusterPlan = ClusterPlan> {
  readonly id: ProviderId;
  /** How long making three nodes takes on two cores, for the progress line. */
  readonly estimateMs: number;
  /** May take long the first time: tools and images are built then. */
  readonly plan: (spec: ClusterSpec, options: ProviderOptions) => Promise<Plan>;
  /** Makes the nodes, and the kubeconfig in the state folder. It may leave broken nodes there, to be asked why. */
  readonly bringUp: (making: Making<Plan>) => Promise<void>;
  /** The containers of the nodes, whatever their state, each called as its Node is. */
  readonly nodes: (cluster: string, deadline: Deadline) => Promise<readonly ContainerSummary[]>;
  /** Brings an image of the engine into every node. */
  readonly loadImage: (load: ImageLoad, plan: Plan) => Promise<void>;
  /** The engine's network that the nodes are on. */
  readonly networkOf: (cluster: string) => string;
  /** The names that the nodes will have, so that one whose creation is still under way can be waited for. */
  readonly nodeNames: (cluster: string, nodes: number) => readonly string[];
  /** Ends what a killed run left at work on this cluster. */
  readonly killOrphans: (cluster: string) => Promise<void>;
  /** Removes what is neither a container nor an anonymous volume of one nor in the state folder. */
  readonly removeRest: (cluster: string, deadline: Deadline) => Promise<void>;
  readonly isControlPlane: (node: ContainerSummary) => boolean;
  /** Set when the tool has a command of its own that names a node to its user. */
  readonly laptopOf?: (cluster: string) => Laptop;
  /** What the tool itself wrote down while it made the cluster, for the bundle of a run that is not fine. */
  readonly keepLogs?: (cluster: string, keep: KeepFile, deadline: Deadline) => Promise<void>;
  /** The logs of the node's components. @default the journals of systemd's units */
  readonly componentLogs?: readonly TextSource[];
  /** How kubectl is called on a control plane. */
  readonly kubectl: readonly [string, ...string[]];
}
