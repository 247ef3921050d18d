import {
  comparedWithNode,
  namespaceOf,
  namespaceOfNode,
  seesSharedMemory,
  type Expectation,
  type PodUnderTest,
} from '../../harness/index.ts';

/**
 * What a pod sees of its node's processes, and whether it shares the node's IPC: the namespace, which is the border of
 * queues, semaphores and memory alike, and a segment that crosses it or not.
 */
export type Sight = {
  readonly processes: 'all' | 'some' | 'none';
  readonly namespace: boolean;
  readonly memory: boolean;
};

/** @throws CannotTell */
export async function sightOf(pod: PodUnderTest): Promise<Sight> {
  const { node, missing } = await comparedWithNode(pod);
  const processes = missing.length === 0 ? 'all' : missing.length === node.length ? 'none' : 'some';
  const [own, ofNode] = [await namespaceOf(pod.runner, 'ipc'), await namespaceOfNode(pod.node, 'ipc')];
  return { processes, namespace: own === ofNode, memory: await seesSharedMemory(pod) };
}

export function showing(wanted: Sight): Expectation<Sight> {
  return { text: inWords(wanted), holds: (seen) => inWords(seen) === inWords(wanted) };
}

export function inWords({ processes, namespace, memory }: Sight): string {
  return `${processes} of the node’s processes, ${namespace ? 'its' : 'another'} IPC namespace, ${memory ? 'its' : 'no'} shared memory`;
}
