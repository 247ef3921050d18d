import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Cluster, ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import type { StateFolder } from '../cluster-record.ts';
import { attachedCluster } from './attached-cluster.ts';
import { attachmentFolder, keepBefore } from './attachments.ts';
import type { AttachedDeps, AttachedKube } from './deps.ts';
import { detach } from './detach.ts';
import { execCredential } from './exec-credential.ts';
import { readIdentity, requireSame } from './identity.ts';
import { judgedContext } from './judged-context.ts';
import { marksOf } from './labels.ts';
import { keptCensus } from './leftovers.ts';
import { privateKubeconfig } from './private-kubeconfig.ts';
import { makeToolsNamespace, requireAlone } from './tools-namespace.ts';
import { noteIdentity, writeDown } from './write-down.ts';

const UNDO_MS = 120_000;
const CENSUS_MS = 60_000;

/** An attachment, and the connection that its node runners use. */
export interface Attachment {
  readonly cluster: Cluster;
  readonly kube: AttachedKube;
}

/**
 * Uses the cluster that the user named and agreed to. Nothing is connected to before the consent was found whole and
 * the server was judged; nothing is created before it is known and written down which cluster it is.
 *
 * @throws SafetyError, UsageError as `judgedContext`; BusyError CLUSTER_IN_USE;
 *   EnvironmentError WORKLOAD_MISSING; InfrastructureError
 */
export async function attach(options: ProviderOptions, deps: AttachedDeps): Promise<Attachment> {
  const { context, server } = await options.deadline.race(judgedContext(deps));
  const { exec } = context.user;
  const credential =
    exec === undefined
      ? undefined
      : await execCredential(exec, { context, server }, { shell: deps.shell, deadline: options.deadline });
  const name = `podproof-${randomBytes(3).toString('hex')}`;
  const folder = attachmentFolder(deps.cacheDir, name);
  options.onBeforeCreate?.(name);
  const step = options.progress.step(`cluster of context ${context.name}`);
  try {
    await writeDown({ name, context: context.name, server: server.url }, folder);
    await writeFile(folder.kubeconfig, privateKubeconfig(context, server, credential), { mode: 0o600 });
    const attachment = await look({ name, folder, options, tell: (seen) => step.update(seen) }, deps);
    step.done(titleOf(attachment.cluster));
    return attachment;
  } catch (error) {
    step.fail('not usable, taking back what was made there');
    await options.onFailure?.();
    // The undo that was registered in onBeforeCreate does the same again and reports what it cannot remove.
    await detach(name, Deadline.in(UNDO_MS, `${name} to be taken back`), deps).catch(() => undefined);
    throw error;
  }
}

function titleOf({ facts, nodes }: Cluster): string {
  return `Kubernetes ${facts['kubernetes'] ?? ''} at ${facts['server'] ?? ''}, kube-system ${facts['clusterUid'] ?? ''}, ${String(nodes.length)} nodes`;
}

interface Looking {
  readonly name: string;
  readonly folder: StateFolder;
  readonly options: ProviderOptions;
  readonly tell: (seen: string) => void;
}

async function look(looking: Looking, deps: AttachedDeps): Promise<Attachment> {
  const { name, folder, options, tell } = looking;
  const { deadline } = options;
  const kube = await deps.connectKube(folder.kubeconfig);
  try {
    const identity = await readIdentity(kube, deadline);
    const record = await noteIdentity(folder, identity);
    tell(`kube-system ${identity.uid}, looking at what is there`);
    await requireAlone(name, kube, deadline);
    const census = await kube.census(marksOf(name), Deadline.in(CENSUS_MS, 'what is there', deadline.signal));
    await requireSame(kube, identity.uid, deadline);
    await makeToolsNamespace(name, kube, deadline);
    await requireAlone(name, kube, deadline);
    // Not before: what another run makes meanwhile would be held against one that gave way.
    await keepBefore(folder, keptCensus(census));
    const { kubeconfig } = folder;
    const parts = { name, kubeconfig, kube, identity, record, unlisted: census.unlisted };
    return { cluster: await attachedCluster({ ...parts, deadline, tell }, deps), kube };
  } catch (error) {
    await kube.close();
    throw error;
  }
}
