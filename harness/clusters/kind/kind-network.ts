import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deadline } from '../../core/deadline.ts';
import { acquireFileLock } from '../../core/file-lock.ts';
import { hasCode } from '../../core/node-errors.ts';
import type { ProviderDeps } from '../deps.ts';
import { clustersFolder } from '../cluster-record.ts';
import { KIND_NETWORK } from './labels.ts';

type NetworkDeps = Pick<ProviderDeps, 'docker' | 'cacheDir'>;

/**
 * kind makes one network for all its clusters and never removes it. When it was not there before our first cluster,
 * it is ours to remove after the last one. That has to be noted before kind runs, and for all runs together: a second
 * run finds the network of the first one and would take it for the user's.
 */
export async function noteMissingNetwork(deps: NetworkDeps, deadline: Deadline): Promise<void> {
  await using _ = await lock(deps, deadline);
  if ((await deps.docker.networks.inspect(KIND_NETWORK, deadline)) !== undefined) return;
  await writeFile(noteOf(deps), JSON.stringify({ endpoint: deps.docker.endpoint }), { mode: 0o600 });
}

/** Removes the network if it is ours and nobody is attached to it any more. */
export async function removeOwnNetwork(deps: NetworkDeps, deadline: Deadline): Promise<void> {
  await using _ = await lock(deps, deadline);
  if ((await notedEndpoint(deps)) !== deps.docker.endpoint) return;
  const network = await deps.docker.networks.inspect(KIND_NETWORK, deadline);
  if (network !== undefined) {
    if (network.containers.length > 0) return;
    if (!(await deps.docker.networks.remove(network.id, deadline))) return;
  }
  await rm(noteOf(deps), { force: true });
}

async function lock(deps: NetworkDeps, deadline: Deadline): Promise<AsyncDisposable> {
  await mkdir(clustersFolder(deps.cacheDir), { recursive: true, mode: 0o700 });
  return acquireFileLock(`${noteOf(deps)}.lock`, { deadline });
}

async function notedEndpoint(deps: NetworkDeps): Promise<unknown> {
  try {
    const note: unknown = JSON.parse(await readFile(noteOf(deps), 'utf8'));
    return typeof note === 'object' && note !== null && 'endpoint' in note ? note.endpoint : undefined;
  } catch (error) {
    if (
      hasCode(error, 'ENOENT') ||
      (typeof error === 'object' && error !== null && 'name' in error && error.name === 'SyntaxError')
    ) {
      return undefined;
    }
    throw error;
  }
}

function noteOf({ cacheDir }: NetworkDeps): string {
  return join(clustersFolder(cacheDir), 'kind-network.json');
}
