import { describeResult, type CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { isPod, type KubeObject, type Pod } from '../../core/kube.ts';
import { createTurnstile } from '../../core/turnstile.ts';
import type { AttachedKube } from './deps.ts';
import { LOOKER } from './labels.ts';
import { nodeRunner } from './node-runner.ts';
import { patiently } from './patiently.ts';

/** The only place on a node that manifests may write to (scenario/unit-names.ts). */
export const HOST_FOLDER = '/var/lib/podproof';

/** Images of the run's own registry: each unit has repositories under a nonce of its own. */
const OWN_PREFIX = 'localhost:5001/';
const OWN_IMAGE = new RegExp(`^${OWN_PREFIX}[0-9a-f]{16}/`);

const NODE_MS = 15_000;
const AT_ONCE = 12;

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
  const list = (): Promise<readonly KubeObject[]> => kube.list('Pod', { namespace }, outer);
  const pods = (await patiently('our own pods', list, outer)).filter(isPod).filter(isLooking);
  const turnstile = createTurnstile(AT_ONCE);
  const found = await Promise.all(
    pods.map(({ metadata: { name }, spec: { nodeName = '' } }) =>
      turnstile(async () => {
        const inPod = kube.podRunner({ namespace, name });
        const runner = nodeRunner(() => Promise.resolve(inPod), `node ${nodeName}`);
        // Counted from its turn on.
        const deadline = Deadline.in(NODE_MS, `node ${nodeName} to be cleaned`).within(outer);
        return [...(await removeFolder(runner, deadline)), ...(await removeImages(runner, deadline))];
      }, outer.signal),
    ),
  );
  return found.flat();
}

function isLooking({ metadata, status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === LOOKER);
  return metadata.name.startsWith('look-') && container?.ready === true;
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
  // Whoever was not asked to the end did not say that there is none.
  if (listed.kind !== 'exited' && listed.kind !== 'notStarted')
    return [`perhaps images ${OWN_PREFIX}… on ${runner.where}: ${describeResult(listed)}`];
  const rows = listed.stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const digests = new Set(rows.filter(([name = '']) => OWN_IMAGE.test(name)).map(([, , digest]) => digest));
  if (digests.size === 0) return [];
  // containerd keeps an image under several names; the runtime's own ones have no host.
  const names = rows.filter(([, , digest]) => digests.has(digest)).map(([name = '']) => name);
  const removed = await runner.run([...ctr, 'rm', '--', ...names], { deadline });
  if (removed.kind === 'exited' && removed.exitCode === 0) return [];
  return [`images ${names.join(', ')} on ${runner.where}: ${describeResult(removed)}`];
}
