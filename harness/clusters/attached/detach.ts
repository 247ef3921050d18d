import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import type { StateFolder } from '../cluster-record.ts';
import { attachmentFolder, forget, hasKubeconfig, readBefore } from './attachments.ts';
import { cleanNodes } from './clean-nodes.ts';
import type { AttachedKube, DetachDeps } from './deps.ts';
import { requireSame } from './identity.ts';
import { ATTACHMENT_LABEL, marksOf, toolsNamespace } from './labels.ts';
import { clusterChanges, type ClusterChanges } from './leftovers.ts';

const CENSUS_MS = 60_000;
/** Controllers take a moment to notice that what they looked after is gone. */
const SETTLE_MS = 15_000;

/**
 * Takes everything of an attachment back and makes sure of it: the namespaces of the run, what it left on nodes, the
 * namespace of our own pods; then the cluster is compared with what it was. The private kubeconfig goes last, since
 * without it nobody could try again. Works in any process, also long after the one that attached was killed.
 *
 * @throws SafetyError CLUSTER_CHANGED when another cluster answers; InfrastructureError CLUSTER_LEFTOVERS, API_…;
 *   TimeoutError. The folder is then still there
 */
export async function detach(name: string, deadline: Deadline, deps: DetachDeps): Promise<void> {
  const folder = attachmentFolder(deps.cacheDir, name);
  const record = await folder.read();
  const uid = record?.notes['uid'];
  // Nothing was made before the uid was written down. Of a damaged record nobody knows.
  const isUntouched = record !== undefined && uid === undefined;
  if (!isUntouched && (await hasKubeconfig(folder))) await takeBack(name, { folder, uid, deadline }, deps);
  await forget(folder);
}

interface TakingBack {
  readonly folder: StateFolder;
  /** Undefined when the record is damaged: the random name in the labels has to do then. */
  readonly uid: string | undefined;
  readonly deadline: Deadline;
}

async function takeBack(
  name: string,
  { folder, uid, deadline }: TakingBack,
  deps: DetachDeps,
): Promise<void> {
  const kube = await deps.connectKube(folder.kubeconfig);
  try {
    if (uid !== undefined) await requireSame(kube, uid, deadline);
    const namespaces = await namespacesOf(name, kube, deadline);
    const tools = toolsNamespace(name);
    const ofRun = namespaces.filter((namespace) => namespace !== tools);
    await Promise.all(ofRun.map((namespace) => kube.delete('Namespace', { name: namespace }, deadline)));
    await untilNoPods(ofRun, kube, deadline);
    const onNodes = namespaces.includes(tools) ? await cleanNodes(tools, kube, deadline) : [];
    await kube.delete('Namespace', { name: tools }, deadline);
    await untilGone(name, kube, deadline);
    const left = await compare({ name, namespaces, folder, deadline }, kube, deps);
    if (left.length + onNodes.length === 0) return;
    throw new InfrastructureError('CLUSTER_LEFTOVERS', `Left behind: ${[...left, ...onNodes].join('; ')}.`, {
      hint: 'Look at them with kubectl; `npm run clean` tries again.',
    });
  } finally {
    await kube.close();
  }
}

async function namespacesOf(
  name: string,
  kube: AttachedKube,
  deadline: Deadline,
): Promise<readonly string[]> {
  const labelSelector = `${ATTACHMENT_LABEL}=${name}`;
  const found = await kube.list('Namespace', { labelSelector }, deadline);
  return found.map(({ metadata }) => metadata.name);
}

/** What is on the nodes can be removed as soon as nothing uses it. */
async function untilNoPods(
  namespaces: readonly string[],
  kube: AttachedKube,
  deadline: Deadline,
): Promise<void> {
  await poll(
    async () => {
      const pods = await Promise.all(
        namespaces.map((namespace) => kube.list('Pod', { namespace }, deadline)),
      );
      const names = pods.flat().map(({ metadata }) => metadata.name);
      return names.length === 0 ? done(true) : pending(`pods ${names.join(', ')}`);
    },
    { deadline, pauseMs: 200, maxPauseMs: 1000 },
  );
}

async function untilGone(attachment: string, kube: AttachedKube, deadline: Deadline): Promise<void> {
  await poll(
    async () => {
      const left = await namespacesOf(attachment, kube, deadline);
      return left.length === 0 ? done(true) : pending(`namespaces ${left.join(', ')}`);
    },
    { deadline, pauseMs: 200, maxPauseMs: 1000 },
  );
}

interface Comparing {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly folder: StateFolder;
  readonly deadline: Deadline;
}

/** @returns what is there that was not, and is ours */
async function compare(
  { name, namespaces, folder, deadline }: Comparing,
  kube: AttachedKube,
  { onMeanwhile }: DetachDeps,
): Promise<readonly string[]> {
  const before = await readBefore(folder);
  // A run that ended before it had looked had made nothing.
  if (before === undefined) return [];
  const marks = marksOf(name, namespaces);
  const look = async () =>
    clusterChanges(before, await kube.census(marks, Deadline.in(CENSUS_MS, 'what is left', deadline.signal)));
  const settle = Deadline.in(SETTLE_MS, 'what is left to go', deadline.signal);
  let changes: ClusterChanges | undefined;
  try {
    await poll(
      async () => {
        changes = await look();
        return changes.leftovers.length === 0 ? done(true) : pending(changes.leftovers.join('; '));
      },
      { deadline: settle, pauseMs: 500 },
    );
  } catch (error) {
    deadline.signal.throwIfAborted();
    if (changes === undefined) throw error;
  }
  if (changes === undefined) return [];
  onMeanwhile?.(changes.meanwhile);
  return changes.leftovers;
}
