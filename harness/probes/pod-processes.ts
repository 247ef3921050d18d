import { describeResult } from '../core/command.ts';
import { CannotTell, type PodUnderTest } from '../core/under-test.ts';
import { ask } from './answer.ts';

/**
 * The processes of a pod's containers as the node numbers them, found by the pod's uid in their control group, oldest
 * first. Works for cgroup v1 and v2 and for both cgroup drivers: the systemd driver writes the uid with underscores.
 * The sandbox's own `pause` process is left out; what asks questions in the pod (see docs/decisions/0011) is not.
 *
 * @throws CannotTell when the node cannot be asked or the pod has no process there
 */
export async function processesOnNode(pod: PodUnderTest): Promise<readonly number[]> {
  const pids = await pidsInPodCgroup(pod);
  const files = pids.map((pid) => `/proc/${String(pid)}/stat`);
  const { stdout } = await ask(pod.node.runner, ['head', '-v', '-c', '512', ...files]);
  const ours = parseStats(stdout).filter(({ name }) => name !== 'pause');
  if (ours.length === 0) throw new CannotTell(`node ${pod.node.name} has no process of pod ${pod.name}`);
  return ours.toSorted((a, b) => a.startedAt - b.startedAt).map(({ pid }) => pid);
}

/** A process as the kernel describes it; `startedAt` counts clock ticks since the boot. */
type ProcessStat = { readonly pid: number; readonly name: string; readonly startedAt: number };

/**
 * Reads what `head -v` prints for files /proc/PID/stat. A name may hold spaces and brackets, so the last bracket ends
 * it. Source: man 5 proc_pid_stat (field 22 is the start time).
 */
export function parseStats(text: string): readonly ProcessStat[] {
  const lines = text.matchAll(/^==> \/proc\/\d+\/stat <==\n(\d+) \((.*)\) \S ((?:-?\d+ ){19})/gm);
  return [...lines].map(([, pid, name = '', numbers = '']) => ({
    pid: Number(pid),
    name,
    startedAt: Number(numbers.split(' ')[18]),
  }));
}

/**
 * The pod's first process on the node: the main process of its container, started before any exec. The smallest
 * number would not do: numbers begin anew one day, and what asks questions in the pod may stay for long.
 */
export async function mainProcessOnNode(pod: PodUnderTest): Promise<number> {
  const [first] = await processesOnNode(pod);
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
    pod.nodeUid,
    '-e',
    pod.nodeUid.replaceAll('-', '_'),
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

/**
 * How many containers of one kind the node's containerd has for a pod, running or not. Every pod that got past the
 * scheduler has a sandbox (the `pause` container); a pod none of whose code ever ran has no container beside it.
 *
 * Source: the labels `io.kubernetes.pod.uid` and `io.cri-containerd.kind` that containerd's CRI plugin sets.
 * @throws CannotTell
 */
export async function containersOnNode(pod: PodUnderTest, kind: 'sandbox' | 'container'): Promise<number> {
  const filter = `labels."io.kubernetes.pod.uid"==${pod.nodeUid},labels."io.cri-containerd.kind"==${kind}`;
  const listed = await ask(pod.node.runner, ['ctr', '-n', 'k8s.io', 'containers', 'ls', '-q', filter]);
  if (listed.exitCode !== 0)
    throw new CannotTell(`ctr containers ls on ${pod.node.name}: ${describeResult(listed)}`);
  return listed.stdout.split('\n').filter((id) => id.trim() !== '').length;
}
