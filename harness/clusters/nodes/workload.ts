import type { ClusterNode } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';

/** How manifests name the image that pods run; the tag is part of what podproof builds. */
const WORKLOAD = 'localhost/podproof/workload';

export type NodeAccess = Pick<ClusterNode, 'name' | 'runner'>;

/**
 * The workload image that every one of the nodes has, as containerd itself lists it.
 *
 * @param wanted only this reference counts; without it any tag of the workload
 * @returns undefined when a node has none, or the nodes have no common one
 * @throws InfrastructureError NODE_NOT_ASKED when a node could not be asked: that is not the same as having none
 */
export async function findWorkload(
  nodes: readonly NodeAccess[],
  wanted: string | undefined,
  deadline: Deadline,
): Promise<string | undefined> {
  const perNode = await Promise.all(nodes.map((node) => imagesOf(node, deadline)));
  const [first = [], ...others] = perNode;
  return first
    .filter((image) => (wanted === undefined ? image.startsWith(`${WORKLOAD}:`) : image === wanted))
    .find((image) => others.every((images) => images.includes(image)));
}

/**
 * The image that pods run, with the digest that containerd knows it by, for the record: a tag says little.
 *
 * @example 'localhost/podproof/workload:v1@sha256:2f1c…'
 */
export async function workloadDigest(
  [node]: readonly NodeAccess[],
  image: string,
  deadline: Deadline,
): Promise<string> {
  const listed = await node?.runner.run(['ctr', '-n', 'k8s.io', 'images', 'ls', `name==${image}`], {
    deadline,
  });
  const digest = /\bsha256:[0-9a-f]{64}\b/.exec(listed?.stdout ?? '')?.[0];
  return `${image}@${digest ?? 'unknown'}`;
}

async function imagesOf({ name, runner }: NodeAccess, deadline: Deadline): Promise<readonly string[]> {
  const result = await runner.run(['ctr', '-n', 'k8s.io', 'images', 'ls', '-q'], { deadline });
  if (result.kind === 'exited' && result.exitCode === 0) return result.stdout.split('\n');
  deadline.signal.throwIfAborted();
  throw new InfrastructureError(
    'NODE_NOT_ASKED',
    `${name} did not list its images: ${describeResult(result)}`,
    {
      hint: 'The node image must contain ctr and a running containerd.',
    },
  );
}
