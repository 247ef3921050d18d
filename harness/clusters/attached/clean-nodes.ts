import { describeResult, type CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { isPod, type Pod } from '../../core/kube.ts';
import type { AttachedKube } from './deps.ts';
import { nodeRunner } from './node-runner.ts';

/** The only place on a node that manifests may write to (scenario/unit-names.ts). */
const HOST_FOLDER = '/var/lib/podproof';

/** Images of the run's own registry: each unit has repositories under a nonce of its own. */
const OWN_IMAGE = /^localhost:5001\/[0-9a-f]{16}\//;

const NODE_MS = 15_000;

/**
 * Removes from the nodes what no namespace takes along: folders of pods, and images that came from the run's own
 * registry. Asked through our own pods, as long as they are there.
 *
 * @returns what could not be removed
 */
export async function cleanNodes(
  namespace: string,
  kube: AttachedKube,
  outer: Deadline,
): Promise<readonly string[]> {
  const pods = (await kube.list('Pod', { namespace }, outer)).filter(isPod).filter(isLooking);
  const found = await Promise.all(
    pods.map(async ({ metadata, spec }) => {
      const deadline = Deadline.in(NODE_MS, `node ${spec.nodeName ?? ''} to be cleaned`).within(outer);
      const inPod = kube.podRunner({ namespace, name: metadata.name });
      const runner = nodeRunner(() => Promise.resolve(inPod), `node ${spec.nodeName ?? ''}`);
      return [...(await removeFolder(runner, deadline)), ...(await removeImages(runner, deadline))];
    }),
  );
  return found.flat();
}

function isLooking({ metadata, status }: Pod): boolean {
  return metadata.name.startsWith('look-') && status?.containerStatuses?.[0]?.ready === true;
}

async function removeFolder(runner: CommandRunner, deadline: Deadline): Promise<readonly string[]> {
  const result = await runner.run(['rm', '-rf', '--one-file-system', '--', HOST_FOLDER], { deadline });
  if (result.kind === 'exited' && result.exitCode === 0) return [];
  return [`${HOST_FOLDER} on ${runner.where}: ${describeResult(result)}`];
}

/** Only containerd's own tool is tried: other runtimes never pulled from a registry of ours. */
async function removeImages(runner: CommandRunner, deadline: Deadline): Promise<readonly string[]> {
  const ctr = ['ctr', '-n', 'k8s.io', 'images'] as const;
  const listed = await runner.run([...ctr, 'ls'], { deadline });
  const rows = listed.stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const digests = new Set(rows.filter(([name = '']) => OWN_IMAGE.test(name)).map(([, , digest]) => digest));
  if (digests.size === 0) return [];
  // containerd keeps an image under several names; the runtime's own ones have no host.
  const names = rows.filter(([, , digest]) => digests.has(digest)).map(([name = '']) => name);
  const removed = await runner.run([...ctr, 'rm', '--', ...names], { deadline });
  if (removed.kind === 'exited' && removed.exitCode === 0) return [];
  return [`images ${names.join(', ')} on ${runner.where}: ${describeResult(removed)}`];
}
