import { identityOf, isAlive, isSame } from '../../core/process-identity.ts';
import type { KubeClient } from '../../core/kube.ts';
import type { KeepingProvider, OwnedCluster } from '../deps.ts';
import { attach } from './attach.ts';
import { attachmentFolder, attachmentNames } from './attachments.ts';
import type { AttachedDeps, DetachDeps } from './deps.ts';
import { detach } from './detach.ts';
import { diagnoseAttached } from './diagnose.ts';

/**
 * Clusters that were there before and stay: `create` uses one that the user named and agreed to, `destroy` takes back
 * what was made in it and never touches the cluster itself. State is in `<cacheDir>/attached/`, readable by the owner
 * only.
 *
 * @example const attached = attachedProvider(deps); const cluster = await attached.create({ nodes: 1 }, { deadline, progress })
 */
export function attachedProvider(deps: AttachedDeps): KeepingProvider {
  const open = new Map<string, KubeClient>();
  return {
    ...attachments(deps),
    async create(_spec, options) {
      const { cluster, kube } = await attach(options, deps);
      open.set(cluster.name, kube);
      return cluster;
    },
    async destroy(name, deadline) {
      try {
        await detach(name, deadline, deps);
      } finally {
        await open.get(name)?.close();
        open.delete(name);
      }
    },
  };
}

/** What one can do about attachments without a cluster to attach to: find them and end them. */
export function attachments(deps: DetachDeps): Omit<KeepingProvider, 'create'> {
  return {
    id: 'attached',
    findKept: () => Promise.resolve(undefined),
    destroy: (name, deadline) => detach(name, deadline, deps),
    diagnose: (name, keep, deadline) => diagnoseAttached(name, keep, { deadline, deps }),
    // There is nothing to keep: the cluster stays anyway, and what was made in it goes.
    keep: () => Promise.resolve(),
    async list() {
      const names = await attachmentNames(deps.cacheDir);
      return Promise.all(names.map((name) => describe(name, deps)));
    },
  };
}

async function describe(name: string, { cacheDir }: DetachDeps): Promise<OwnedCluster> {
  const record = await attachmentFolder(cacheDir, name).read();
  if (record === undefined) return { name, kept: false, createdAt: '', owner: 'unreadable', reachable: true };
  const { owner, createdAt } = record;
  const state = isSame(owner, await identityOf())
    ? 'this process'
    : (await isAlive(owner))
      ? 'alive'
      : 'dead';
  return { name, kept: false, createdAt, owner: state, reachable: true };
}
