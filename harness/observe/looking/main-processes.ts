import type { CommandRunner } from '../../core/command.ts';
import { ask } from '../../probes/answer.ts';

/** What a node runs for one pod: the main process of each container by the runtime's id, and the sandbox's process. */
export interface PodProcesses {
  readonly containers: ReadonlyMap<string, number>;
  readonly sandbox: number | undefined;
}

/**
 * Finds the processes of a pod by its uid in their control groups; works for cgroup v1 and v2, both cgroup drivers and
 * every runtime. The main process of a container is the one that started first: what `exec` starts comes later.
 *
 * @throws CannotTell when the node cannot be asked
 */
export async function processesOfPod(
  node: CommandRunner,
  pod: { readonly uid: string; readonly containerIds: readonly string[] },
): Promise<PodProcesses> {
  const pids = await pidsOfPod(node, pod.uid);
  if (pids.length === 0) return { containers: new Map(), sandbox: undefined };
  const files = pids.flatMap((pid) => ['cgroup', 'stat'].map((name) => `/proc/${String(pid)}/${name}`));
  const { stdout } = await ask(node, ['head', '-v', '-c', '16384', ...files]);
  return sortProcesses(stdout, pod.containerIds);
}

async function pidsOfPod(node: CommandRunner, uid: string): Promise<readonly number[]> {
  const { stdout } = await ask(node, [
    'find',
    ...['/proc', '-maxdepth', '2', '-path', '/proc/[0-9]*/cgroup'],
    // The systemd driver writes the uid with underscores. Processes that end meanwhile make grep complain; fine.
    ...['-exec', 'grep', '-l', '-s', '-e', uid, '-e', uid.replaceAll('-', '_'), '{}', '+'],
  ]);
  return [...stdout.matchAll(/^\/proc\/(\d+)\/cgroup$/gm)].map(([, pid]) => Number(pid));
}

interface Seen {
  readonly pid: number;
  readonly startedAt: number;
}

/** @param text what `head -v` printed for cgroup and stat of every process */
export function sortProcesses(text: string, containerIds: readonly string[]): PodProcesses {
  const files = new Map(
    [...text.matchAll(/^==> \/proc\/(\d+\/(?:cgroup|stat)) <==\n([\s\S]*?)(?=\n==> |(?![\s\S]))/gm)].map(
      ([, name = '', body = '']) => [name, body],
    ),
  );
  const first = new Map<string, Seen>();
  let sandbox: Seen | undefined;
  for (const [name, cgroup] of files) {
    if (!name.endsWith('/cgroup')) continue;
    const pid = Number(name.split('/')[0]);
    const stat = parseStat(files.get(`${String(pid)}/stat`) ?? '');
    if (stat === undefined) continue;
    const seen = { pid, startedAt: stat.startedAt };
    const id = containerIds.find((each) => cgroup.includes(each));
    if (id !== undefined) first.set(id, earlier(first.get(id), seen));
    // The sandbox's program is called so by every runtime; containers of unknown ids are older or newer ones.
    else if (stat.name === 'pause') sandbox = earlier(sandbox, seen);
  }
  return {
    containers: new Map([...first].map(([id, { pid }]) => [id, pid])),
    sandbox: sandbox?.pid,
  };
}

/** Name and start time (field 22, ticks since boot). The name stands in brackets and may itself have any of them. */
function parseStat(text: string): { readonly name: string; readonly startedAt: number } | undefined {
  const match = /^\d+ \(([\s\S]*)\) \S(?: \S+){18} (\d+) /.exec(text);
  return match === null ? undefined : { name: match[1] ?? '', startedAt: Number(match[2]) };
}

function earlier(one: Seen | undefined, other: Seen): Seen {
  return one !== undefined && one.startedAt <= other.startedAt ? one : other;
}
