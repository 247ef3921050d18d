import { randomUUID } from 'node:crypto';
import { CannotTell, type PodUnderTest } from '../core/under-test.ts';
import { ask, type Exited, type Question } from './answer.ts';

/**
 * Runs a command in a pod's first container by the node's containerd, with the user and the capabilities of the
 * container. Unlike `kubectl exec` as podproof confirms it, this needs no shell in the image: most images of the
 * cluster's own pods have none.
 *
 * The exit code is that of the command, or 1 with containerd's words when it could not be started.
 *
 * @throws CannotTell when the pod has no container, or containerd does not answer
 */
export async function askInContainer(
  pod: PodUnderTest,
  argv: readonly [string, ...string[]],
  question: Question = {},
): Promise<Exited> {
  const { status } = await pod.read();
  const id = /^containerd:\/\/([0-9a-f]+)$/.exec(status?.containerStatuses?.[0]?.containerID ?? '')?.[1];
  if (id === undefined) throw new CannotTell(`pod ${pod.name} has no container of containerd`);
  const exec = ['ctr', '-n', 'k8s.io', 'task', 'exec', '--exec-id', `podproof-${randomUUID()}`] as const;
  return ask(pod.node.runner, [...exec, id, ...argv], question);
}
