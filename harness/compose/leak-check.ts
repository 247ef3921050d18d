import { attachmentsFolder } from '../clusters/attached/attachments.ts';
import { clustersFolder } from '../clusters/cluster-record.ts';
import { kubeconfigFiles } from '../config/places.ts';
import type { AllClusters } from '../clusters/every-provider.ts';
import { NODE_LABELS } from '../clusters/registry.ts';
import type { Deadline } from '../core/deadline.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { HELPER_LABEL } from '../docker/helper-container.ts';
import { findLeaks, takeSnapshot, type LeakSource } from '../lifetime/leak-oracle.ts';
import { engineLeakSources, folderEntries, foreignFiles } from '../lifetime/leak-sources.ts';

/** Of the names of all our clusters and of everything in them. Whose does not begin so is somebody else's. */
const OUR_PREFIX = 'podproof-';

export interface LeakCheckParts {
  readonly docker: DockerEngine;
  readonly clusters: AllClusters;
  readonly cacheDir: string;
  /** In an engine of our own every volume and network is our business; in the user's only what is labelled. */
  readonly engineIsOurs: boolean;
}

/**
 * Looks at the world now and returns the function that looks again and tells what is new: containers, volumes,
 * networks, state folders, and any change of the user's own kubeconfig. Clusters that others use or that were kept
 * on purpose do not count.
 */
export async function startLeakCheck(
  parts: LeakCheckParts,
  deadline: Deadline,
): Promise<(within: Deadline) => Promise<readonly string[]>> {
  const others = new Set<string>();
  const isOthers = (cluster: string): boolean => others.has(cluster) || !cluster.startsWith(OUR_PREFIX);
  const sources = leakSources(parts, isOthers);
  await noteOthers(parts.clusters, others);
  const before = await takeSnapshot(sources, deadline);
  return async (within) => {
    await noteOthers(parts.clusters, others);
    const leaks = findLeaks(before, await takeSnapshot(sources, within));
    return leaks.filter((leak) => ![...others].some((cluster) => leak.includes(cluster)));
  };
}

/**
 * The same for a run on an existing cluster: folders of attachments and the user's own kubeconfig. What another run
 * attaches meanwhile, to another cluster, is its own business.
 */
export async function startAttachedLeakCheck(
  { attachments, cacheDir }: { readonly attachments: Pick<AllClusters, 'list'>; readonly cacheDir: string },
  deadline: Deadline,
): Promise<(within: Deadline) => Promise<readonly string[]>> {
  const sources = [usersKubeconfig(), folderEntries('attachments', [attachmentsFolder(cacheDir)])];
  const before = await takeSnapshot(sources, deadline);
  return async (within) => {
    const others = new Set<string>();
    await noteOthers(attachments, others);
    const leaks = findLeaks(before, await takeSnapshot(sources, within));
    return leaks.filter((leak) => ![...others].some((attachment) => leak.includes(attachment)));
  };
}

function leakSources(
  { docker, cacheDir, engineIsOurs }: LeakCheckParts,
  isOthers: (cluster: string) => boolean,
): readonly LeakSource[] {
  const ofEngine = engineLeakSources(docker, [...NODE_LABELS, HELPER_LABEL], isOthers);
  return [
    ...ofEngine.filter(({ what }) => engineIsOurs || what === 'containers'),
    folderEntries('state folders', [clustersFolder(cacheDir)]),
    usersKubeconfig(),
  ];
}

/** All kubeconfig files of the user, whether they count or not, and the locks that other programs put beside them. */
function usersKubeconfig(): LeakSource {
  const files = new Set([...kubeconfigFiles(process.env), ...kubeconfigFiles({})]);
  return foreignFiles([...files].flatMap((file) => [file, `${file}.lock`]));
}

async function noteOthers(clusters: Pick<AllClusters, 'list'>, others: Set<string>): Promise<void> {
  for (const { name, owner, kept } of await clusters.list()) if (kept || owner === 'alive') others.add(name);
}
