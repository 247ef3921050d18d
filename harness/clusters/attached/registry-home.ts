import type { ClusterNode } from '../../core/cluster.ts';
import { describeResult, type CommandResult } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { isRecord } from '../../core/json.ts';
import type { KubeObject } from '../../core/kube.ts';

/** What podproof builds the registry as; only one node needs it. */
export const REGISTRY_IMAGE = 'localhost/podproof/registry:v1';
export const REGISTRY_PORT = 5001;
/** What manifests call the registry. A container runtime speaks plain HTTP with localhost without being told. */
export const REGISTRY_NAME = `localhost:${String(REGISTRY_PORT)}`;
/** Where somebody may have told containerd to look for that name elsewhere. */
const TOLD = `/etc/containerd/certs.d/${REGISTRY_NAME}/hosts.toml`;

interface Nodes {
  /** As the API has them. */
  readonly objects: readonly KubeObject[];
  readonly schedulable: readonly ClusterNode[];
}

/** The node that the registry can run on, or why there cannot be one that all nodes pull from. */
export async function registryHome(
  { objects, schedulable }: Nodes,
  deadline: Deadline,
): Promise<ClusterNode | string> {
  const asked = await Promise.all(schedulable.map((node) => askNode(node, deadline)));
  const home = nodeWithImage(objects, asked);
  if (home === undefined) return `no node that takes pods has the image ${REGISTRY_IMAGE}`;
  return asked.map(whyNot).find((each) => each !== undefined) ?? home;
}

interface AskedNode {
  readonly node: ClusterNode;
  /** What its containerd says about the registry's image. */
  readonly images: CommandResult;
  /** Whether somebody told its containerd where to look for our name. */
  readonly told: CommandResult;
}

async function askNode(node: ClusterNode, deadline: Deadline): Promise<AskedNode> {
  const ctr = ['ctr', '-n', 'k8s.io', 'images', 'ls', '-q', `name==${REGISTRY_IMAGE}`] as const;
  const [images, told] = await Promise.all([
    node.runner.run(ctr, { deadline }),
    node.runner.run(['test', '-e', TOLD], { deadline }),
  ]);
  return { node, images, told };
}

/** By what the API says, or by containerd itself: the kubelet tells of a new image up to a minute later. */
function nodeWithImage(objects: readonly KubeObject[], asked: readonly AskedNode[]): ClusterNode | undefined {
  const told = asked.find(({ node }) => hasImage(objects, node.name));
  return (told ?? asked.find(({ images }) => images.stdout.split('\n').includes(REGISTRY_IMAGE)))?.node;
}

/** Where pulled images could not be removed again afterwards, none are pulled. */
function whyNot({ node: { name }, images, told }: AskedNode): string | undefined {
  if (images.kind !== 'exited' || images.exitCode !== 0)
    return `node ${name} has no containerd that ctr reaches, to remove pulled images again (${describeResult(images)})`;
  if (told.kind !== 'exited') return `node ${name} ${describeResult(told)}`;
  if (told.exitCode === 0) return `node ${name} looks for ${REGISTRY_NAME} elsewhere (${TOLD})`;
  return told.exitCode === 1 ? undefined : `node ${name} ${describeResult(told)}`;
}

/**
 * The kubelet tells the newest 50 images of a node (nodeStatusMaxImages). An image whose last name was taken away has
 * null for its names: seen with Kubernetes 1.37.
 */
function hasImage(objects: readonly KubeObject[], node: string): boolean {
  const status = objects.find(({ metadata }) => metadata.name === node)?.['status'];
  const images = isRecord(status) && Array.isArray(status['images']) ? status['images'] : [];
  return images.filter(isRecord).some(({ names }) => Array.isArray(names) && names.includes(REGISTRY_IMAGE));
}
