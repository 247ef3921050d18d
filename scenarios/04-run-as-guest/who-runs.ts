import { identityOf, mainProcessOnNode, type PodUnderTest } from '../../harness/index.ts';

type User = { readonly uid: number; readonly gid: number };
/** The same process, seen from two places. */
export type Runner = { readonly inPod: User; readonly onNode: User };

/** Who the container's main process is, in the pod and on the node. @throws CannotTell */
export async function whoRuns(pod: PodUnderTest): Promise<Runner> {
  const inPod = await identityOf(pod.runner, 1);
  const onNode = await identityOf(pod.node.runner, await mainProcessOnNode(pod));
  return { inPod: { uid: inPod.uid, gid: inPod.gid }, onNode: { uid: onNode.uid, gid: onNode.gid } };
}

/** @example 'PID 1 is 405:100, on the node 405:100' */
export function showRunner({ inPod, onNode }: Runner): string {
  return `PID 1 is ${String(inPod.uid)}:${String(inPod.gid)}, on the node ${String(onNode.uid)}:${String(onNode.gid)}`;
}

export function isUser(user: User, uid: number, gid: number): boolean {
  return user.uid === uid && user.gid === gid;
}
