import { describeResult } from '../core/command.ts';
import { CannotTell, type PodUnderTest } from '../core/under-test.ts';
import { ask, read } from './answer.ts';

/**
 * The processes of a pod's containers as the node numbers them, found by the pod's uid in their control group.
 * Works for cgroup v1 and v2 and for both cgroup drivers: the systemd driver writes the uid with underscores.
 * The sandbox's own `pause` process is left out.
 *
 * @throws CannotTell when the node cannot be asked or the pod has no process there
 */
export async function processesOnNode(pod: PodUnderTest): Promise<readonly number[]> {
  const pids = await pidsInPodCgroup(pod);
  const ours: number[] = [];
  for (const pid of pids) {
    const comm = await ask(pod.node.runner, ['cat', `/proc/${String(pid)}/comm`]);
    if (comm.exitCode === 0 && comm.stdout.trim() !== 'pause') ours.push(pid);
  }
  if (ours.length === 0) throw new CannotTell(`node ${pod.node.name} has no process of pod ${pod.name}`);
  return ours;
}

/** The pod's first process on the node: the main process of its container, started before any exec. */
export async function mainProcessOnNode(pod: PodUnderTest): Promise<number> {
  const [first] = [...(await processesOnNode(pod))].sort((a, b) => a - b);
  if (first === undefined) throw new CannotTell(`node ${pod.node.name} has no process of pod ${pod.name}`);
  return first;
}

async function pidsInPodCgroup(pod: PodUnderTest): Promise<readonly number[]> {
  const result = await ask(pod.node.runner, [
    'find',
    '/proc',
    '-maxdepth',
    '2',
    '-path',
    '/proc/[0-9]*/cgroup',
    '-exec',
    'grep',
    '-l',
    '-e',
    pod.uid,
    '-e',
    pod.uid.replaceAll('-', '_'),
    '{}',
    '+',
  ]);
  const pids = [...result.stdout.matchAll(/^\/proc\/(\d+)\/cgroup$/gm)].map(([, pid]) => Number(pid));
  // grep exits 1 where nothing matched and 2 where a process vanished meanwhile; find passes that on.
  if (pids.length === 0)
    throw new CannotTell(
      `no process of pod ${pod.name} on node ${pod.node.name} (${describeResult(result)})`,
    );
  return pids;
}

/** A container as the node's containerd knows it. */
export interface NodeContainer {
  readonly id: string;
  readonly kind: 'sandbox' | 'container';
  readonly image: string;
}

/**
 * All containers that the node's containerd has for a pod, running or not. The sandbox (the `pause` container) is
 * one of them; a pod none of whose code ever ran has nothing else.
 *
 * Source: the labels `io.kubernetes.pod.uid` and `io.cri-containerd.kind` that containerd's CRI plugin sets.
 * @throws CannotTell
 */
export async function containersOnNode(pod: PodUnderTest): Promise<readonly NodeContainer[]> {
  const ids = (await read(pod.node.runner, ['ctr', '-n', 'k8s.io', 'containers', 'ls', '-q'])).split('\n');
  const filter = `labels."io.kubernetes.pod.uid"==${pod.uid}`;
  const own = await ask(pod.node.runner, ['ctr', '-n', 'k8s.io', 'containers', 'ls', '-q', filter]);
  if (own.exitCode !== 0)
    throw new CannotTell(`ctr containers ls on ${pod.node.name}: ${describeResult(own)}`);
  const mine = own.stdout
    .split('\n')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const containers: NodeContainer[] = [];
  for (const id of mine.filter((candidate) => ids.includes(candidate))) {
    containers.push(
      parseContainerInfo(id, await read(pod.node.runner, ['ctr', '-n', 'k8s.io', 'containers', 'info', id])),
    );
  }
  return containers;
}

/** Reads the JSON of `ctr containers info`. @throws CannotTell when the CRI label is missing */
export function parseContainerInfo(id: string, text: string): NodeContainer {
  const info = JSON.parse(text) as { Image?: string; Labels?: Record<string, string> };
  const kind = info.Labels?.['io.cri-containerd.kind'];
  if (kind !== 'sandbox' && kind !== 'container')
    throw new CannotTell(`container ${id} carries no CRI kind label`);
  return { id, kind, image: info.Image ?? '' };
}
