import type { Cluster, ClusterNode } from '../../core/cluster.ts';
import type { Deadline } from '../../core/deadline.ts';
import { describeError, InfrastructureError } from '../../core/errors.ts';
import type { KubeObject, Pod } from '../../core/kube.ts';
import { createTurnstile } from '../../core/turnstile.ts';
import type { ClusterRecord } from '../cluster-record.ts';
import { nodeView, type NodeView } from '../nodes/node-view.ts';
import type { AttachedDeps, AttachedKube } from './deps.ts';
import type { ClusterIdentity } from './identity.ts';
import { ATTACHMENT_LABEL, toolsNamespace } from './labels.ts';
import { nodePods, type NodePods, type WorkloadChoice } from './node-pods.ts';
import { outsideOf } from './outside.ts';
import { registryOf } from './registry.ts';

/** How manifests and our own nodes call the image that pods run; the tag is part of what podproof builds. */
const WORKLOAD = 'localhost/podproof/workload:v1';

/** So many nodes are looked at before anything else: an image that is missing is then told at once. */
const AT_FIRST = 24;
const AT_ONCE = 6;

export interface AttachedParts {
  readonly name: string;
  readonly kubeconfig: string;
  readonly kube: AttachedKube;
  readonly identity: ClusterIdentity;
  readonly record: ClusterRecord;
  /** Kinds that nobody could list, and that are therefore not compared afterwards. */
  readonly unlisted: readonly string[];
  readonly deadline: Deadline;
  readonly tell: (seen: string) => void;
}

/** Puts the handle together that the rest of podproof uses, with pods of ours as eyes on the nodes. */
export async function attachedCluster(parts: AttachedParts, deps: AttachedDeps): Promise<Cluster> {
  const { name, kubeconfig, kube, identity, deadline, tell } = parts;
  const workload = workloadOf(deps);
  const failed = new AbortController();
  const signal = AbortSignal.any([deadline.signal, failed.signal]);
  const pods = nodePods({ attachment: name, kube, workload, signal });
  const ready = identity.nodes.filter((node) => nodeView(node).notReady === undefined && canBeSeen(node));
  tell(`starting pods that look at ${String(Math.min(ready.length, AT_FIRST))} nodes`);
  const { first, unseen } = await startFirst(ready, pods, deadline).catch((error: unknown) => {
    // The other starts need not go on: what they make is taken back already.
    failed.abort(error);
    throw error;
  });
  const nodes = identity.nodes
    .filter(({ metadata }) => !unseen.has(metadata.name))
    .map((node) => clusterNode(node, pods));
  const schedulable = nodes.filter((node) => node.schedulable);
  const outside = await outsideOf(schedulable, deps, deadline);
  const registry = await registryOf(
    { attachment: name, kube, objects: identity.nodes, schedulable, workload },
    deadline,
  );
  return {
    name,
    provider: 'attached',
    kubeconfig,
    nodes,
    workloadImage: workload.image,
    facts: factsOf(parts, { first, unseen, workload, outside: outside.why, registry: registry.why }),
    reused: false,
    namespaceLabels: { [ATTACHMENT_LABEL]: name },
    lacks: {
      ...(outside.lacks === undefined ? {} : { outsider: outside.lacks }),
      ...(registry.lacks === undefined ? {} : { registry: registry.lacks }),
    },
    outsider: outside.runner,
    registry: registry.start,
  };
}

function workloadOf({ wish: { workloadImage } }: AttachedDeps): WorkloadChoice {
  return workloadImage === undefined
    ? { image: WORKLOAD, pull: 'Never' }
    : { image: workloadImage, pull: 'IfNotPresent' };
}

function clusterNode(node: KubeObject, pods: NodePods): ClusterNode {
  const { name, address, role, schedulable, notReady } = nodeView(node);
  return {
    name,
    address,
    role,
    schedulable: schedulable && notReady === undefined && canBeSeen(node) && hasItsName(node),
    runner: pods.runner(node),
  };
}

/**
 * Windows has no namespaces to enter. A node without a boot id is no machine but a program that plays one
 * (virtual-kubelet, kwok): privileged pods mean nothing there, and what they saw could not be told from another node.
 */
function canBeSeen(node: KubeObject): boolean {
  const isLinux = (node.metadata.labels?.['kubernetes.io/os'] ?? 'linux') === 'linux';
  return isLinux && (nodeView(node).info['bootID'] ?? '') !== '';
}

/** Pods are put on a node by this label. Where it is not the node's name, the scheduler would find no node. */
function hasItsName({ metadata: { name, labels } }: KubeObject): boolean {
  return labels?.['kubernetes.io/hostname'] === name;
}

interface FirstLook {
  readonly first: Pod | undefined;
  /** Nodes that no pod of ours came to, and why. */
  readonly unseen: ReadonlyMap<string, string>;
}

/**
 * A node that takes pods must be seen. One that takes none (cordoned, tainted: also AWS Fargate's, where nothing is
 * privileged) is left out and told when it cannot be: no claim is about it, unless it is one of the control plane.
 *
 * @throws EnvironmentError WORKLOAD_MISSING, OWN_OBJECT_REFUSED; InfrastructureError
 */
async function startFirst(
  nodes: readonly KubeObject[],
  pods: NodePods,
  { signal }: Deadline,
): Promise<FirstLook> {
  const turnstile = createTurnstile(AT_ONCE);
  const unseen = new Map<string, string>();
  const start = async (node: KubeObject): Promise<Pod | undefined> => {
    try {
      return await pods.ensure(node);
    } catch (error) {
      signal.throwIfAborted();
      if (nodeView(node).schedulable || !(error instanceof InfrastructureError)) throw error;
      unseen.set(node.metadata.name, describeError(error));
      return undefined;
    }
  };
  const started = await Promise.all(
    nodes.slice(0, AT_FIRST).map((node) => turnstile(() => start(node), signal)),
  );
  return { first: started.find((pod) => pod !== undefined), unseen };
}

interface Found extends FirstLook {
  readonly workload: WorkloadChoice;
  readonly outside: string;
  readonly registry: string;
}

function factsOf(
  { name, identity, record, unlisted }: AttachedParts,
  { first, unseen, workload, outside, registry }: Found,
): Readonly<Record<string, string>> {
  const views: readonly NodeView[] = identity.nodes.map(nodeView);
  const all = (key: string): string =>
    [...new Set(views.map(({ info }) => info[key] ?? 'unknown'))].join(', ');
  const runtimes = all('containerRuntimeVersion');
  const imageId = first?.status?.containerStatuses?.[0]?.imageID ?? 'unknown';
  return {
    attached: record.notes['context'] ?? '',
    server: record.endpoint,
    kubernetes: identity.version,
    kubelet: all('kubeletVersion'),
    ...(runtimes.startsWith('containerd://')
      ? { containerd: runtimes.replaceAll('containerd://', '') }
      : { runtime: runtimes }),
    kernel: all('kernelVersion'),
    os: all('osImage'),
    architecture: all('architecture'),
    nodes: String(views.length),
    clusterUid: identity.uid,
    nodesSeenBy: `privileged pods of ours in namespace ${toolsNamespace(name)}: they are part of what they look at`,
    workload: `${workload.image} (${imageId})`,
    outsider: outside,
    registry,
    ...(unseen.size === 0 ? {} : { notSeen: [...unseen].map((each) => each.join(': ')).join('; ') }),
    ...(unlisted.length === 0 ? {} : { notCompared: unlisted.join('; ') }),
  };
}
