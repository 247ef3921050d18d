import type { Cluster, ClusterNode } from '../core/cluster.ts';
import type { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import type { ForeignObject, ObjectSubmitter } from '../core/submission.ts';
import type { Turnstile } from '../core/turnstile.ts';
import type { NodeFacts } from './looking/node-facts.ts';
import type { SecurityNamespaces } from './looking/pod-security.ts';
import type { Board } from './pods/board.ts';
import type { PortsGate } from './ports-gate.ts';
import type { MadePaths } from './looking/made-paths.ts';

/** What the user decided. */
export interface ObserveOptions {
  /** Put the cluster's own image in the place of images that cannot be pulled. */
  readonly substituteImages: boolean;
  /** Run a control beside each pod. */
  readonly withControl: boolean;
  /** Keep every command and answer in the report. */
  readonly withEvidence: boolean;
}

/** What all pods of a run share. */
export interface ObserveContext {
  readonly kube: KubeClient & ObjectSubmitter;
  readonly cluster: Cluster;
  readonly board: Board;
  readonly options: ObserveOptions;
  /** Marks everything of this run. */
  readonly labels: Readonly<Record<string, string>>;
  /** Namespace of a place (see `assignNames`), ready for pods. */
  readonly namespaceOf: (place: number) => Promise<string>;
  /** @returns true when nobody brought the service account, so that an empty one stands in */
  readonly standInAccount: (name: string, namespace: string, place: number) => Promise<boolean>;
  readonly securityNamespaces: () => Promise<SecurityNamespaces>;
  readonly nodeFacts: (node: ClusterNode) => Promise<NodeFacts>;
  /** Only so many commands at once. */
  readonly turnstile: Turnstile;
  /** Who may use the ports of nodes at the same time. */
  readonly portsGate: PortsGate;
  /** Images that turned out to be out of reach. */
  readonly missingImages: Set<string>;
  readonly madePaths: MadePaths;
  /** Told of every pod that was created, exactly as it was sent; `name` is safe in a path. */
  readonly onApplied: (name: string, object: ForeignObject) => void;
  readonly deadline: Deadline;
}
