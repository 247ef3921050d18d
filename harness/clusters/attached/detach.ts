import { Deadline } from '../../core/deadline.ts';
import { describeError, HarnessError, InfrastructureError } from '../../core/errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { identityOf, isSame } from '../../core/process-identity.ts';
import type { ClusterRecord, StateFolder } from '../cluster-record.ts';
import { attachmentFolder, forget, hasKubeconfig, readBefore } from './attachments.ts';
import { cleanNodes, HOST_FOLDER } from './clean-nodes.ts';
import type { AttachedKube, DetachDeps } from './deps.ts';
import { endNamespaces, namespacesOf, untilGone, untilNoPods } from './end-namespaces.ts';
import { requireSame } from './identity.ts';
import { ATTACHMENT_LABEL, marksOf, toolsNamespace } from './labels.ts';
import { clusterChanges, type ClusterChanges } from './leftovers.ts';
import { patiently } from './patiently.ts';

const ANSWER_MS = 15_000;
const CENSUS_MS = 60_000;
/** Controllers take a moment to notice that what they looked after is gone. */
const SETTLE_MS = 15_000;
/** Of the whole time: what comes after it must not go without because a pod does not end. */
const PODS_PART = 0.4;

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
  // Nothing was made before the uid was written down. Of a damaged record nobody knows.
  const isUntouched = record !== undefined && record.notes['uid'] === undefined;
  if (!isUntouched && (await hasKubeconfig(folder))) await takeBack(name, { folder, record, deadline }, deps);
  await forget(folder);
}

interface TakingBack {
  readonly folder: StateFolder;
  readonly record: ClusterRecord | undefined;
  readonly deadline: Deadline;
}

async function takeBack(
  name: string,
  { folder, record, deadline }: TakingBack,
  deps: DetachDeps,
): Promise<void> {
  const kube = await deps.connectKube(folder.kubeconfig);
  try {
    await requireSameCluster(record, kube, deadline).catch((error: unknown) => {
      throw isSignedOut(error) ? signedOut(name, folder, error) : error;
    });
    const list = (): Promise<readonly string[]> => namespacesOf(name, kube, deadline);
    const namespaces = await patiently('the namespaces of the run', list, deadline);
    const { onNodes, staying, failures } = await removeAll(name, namespaces, { kube, deadline });
    // What is in a namespace that stays would be named once more.
    const isOver = staying.length + failures.length === 0;
    const changed = isOver ? await compare({ name, namespaces, folder, deadline }, kube, deps) : [];
    refuseLeftovers([...staying, ...changed, ...onNodes], failures);
  } finally {
    await kube.close();
  }
}

/**
 * Who attached itself waits for an API server that is away for a moment. What a dead run left is tried again at the
 * next start, which must not wait for a cluster that is gone for good. Of a damaged record nobody knows the cluster;
 * the random name in the labels has to do then.
 */
async function requireSameCluster(
  record: ClusterRecord | undefined,
  kube: AttachedKube,
  deadline: Deadline,
): Promise<void> {
  const uid = record?.notes['uid'];
  if (record === undefined || uid === undefined) return;
  const ask = (within: Deadline): Promise<void> => requireSame(kube, uid, within);
  if (isSame(record.owner, await identityOf()))
    return patiently('the cluster to answer', () => ask(deadline), deadline);
  return ask(Deadline.in(ANSWER_MS, 'the cluster to answer').within(deadline));
}

interface Removed {
  /** What could not be removed from nodes. */
  readonly onNodes: readonly string[];
  /** Namespaces that do not end. */
  readonly staying: readonly string[];
  readonly failures: readonly unknown[];
}

/**
 * Whatever fails, the rest is still done: privileged pods of ours must not stay on the nodes because a pod of the run
 * does.
 */
async function removeAll(
  name: string,
  namespaces: readonly string[],
  { kube, deadline }: { readonly kube: AttachedKube; readonly deadline: Deadline },
): Promise<Removed> {
  const tools = toolsNamespace(name);
  const ofRun = namespaces.filter((namespace) => namespace !== tools);
  const failures: unknown[] = [];
  const anyway = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      failures.push(error);
      return otherwise;
    }
  };
  await anyway(endNamespaces(ofRun, kube, deadline), undefined);
  const podsMs = deadline.remainingMs * PODS_PART;
  const noPods = untilNoPods(ofRun, kube, Deadline.in(podsMs, 'the pods of the run to go').within(deadline));
  // Those that stay keep their namespace, which is told below.
  await noPods.catch(() => undefined);
  const onNodes = namespaces.includes(tools) ? await anyway(cleanNodes(tools, kube, deadline), []) : [];
  await anyway(endNamespaces([tools], kube, deadline), undefined);
  const staying = await anyway(untilGone(name, kube, deadline), []);
  return { onNodes, staying, failures };
}

function isSignedOut(error: unknown): error is HarnessError {
  return error instanceof HarnessError && error.code === 'API_UNAUTHORIZED';
}

/** The user may sign in again, but what is kept of the attachment stays as it was. */
function signedOut(name: string, folder: StateFolder, cause: HarnessError): InfrastructureError {
  return new InfrastructureError(
    'ATTACHMENT_SIGNED_OUT',
    `What was made in the cluster cannot be taken back with the credentials that were kept: ${cause.message}`,
    {
      hint:
        `By hand: kubectl delete namespaces -l ${ATTACHMENT_LABEL}=${name}, ` +
        `on the nodes the folder ${HOST_FOLDER} if it is there, then here ${folder.path}`,
      cause,
    },
  );
}

/** @throws InfrastructureError CLUSTER_LEFTOVERS; the first failure when nothing is known to be left */
function refuseLeftovers(left: readonly string[], [failure, ...more]: readonly unknown[]): void {
  if (left.length === 0 && failure === undefined) return;
  if (left.length === 0) throw failure;
  const told = [failure, ...more].filter((each) => each !== undefined).map(describeError);
  throw new InfrastructureError('CLUSTER_LEFTOVERS', `Left behind: ${[...left, ...told].join('; ')}.`, {
    hint: 'Look at them with kubectl; `npm run clean` tries again.',
    cause: failure,
  });
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
  // A run that ended before it had looked had made nothing but its namespace.
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
