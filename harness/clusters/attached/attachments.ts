import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../core/json.ts';
import type { KeptCensus } from './leftovers.ts';
import { clustersFolder, recordedNames, stateFolder, type StateFolder } from '../cluster-record.ts';

/**
 * Attachments are kept apart from the clusters that podproof makes: whoever removes clusters must never take one of
 * these for one.
 */
function home(cacheDir: string): string {
  return join(cacheDir, 'attached');
}

/** Private folder of one attachment: record, private kubeconfig, what the cluster had before. */
export function attachmentFolder(cacheDir: string, name: string): StateFolder {
  return stateFolder(home(cacheDir), name);
}

/** Names of all attachments that nobody ended yet. */
export function attachmentNames(cacheDir: string): Promise<readonly string[]> {
  return recordedNames(home(cacheDir));
}

/** Where they are, for the look for leftovers. */
export function attachmentsFolder(cacheDir: string): string {
  return clustersFolder(home(cacheDir));
}

const BEFORE = 'objects-before.json';

/** Keeps which objects the cluster had, so that also a later process can compare. Nobody ever sees half of it. */
export async function keepBefore(folder: StateFolder, census: KeptCensus): Promise<void> {
  const next = folder.file(`${BEFORE}.next`);
  await writeFile(next, JSON.stringify(census), { mode: 0o600 });
  await rename(next, folder.file(BEFORE));
}

/** @returns undefined when the run ended before it had looked; what is damaged says no more than that */
export async function readBefore(folder: StateFolder): Promise<KeptCensus | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(folder.file(BEFORE), 'utf8'));
    return isKept(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is KeptCensus {
  return isRecord(value) && Object.values(value).every((entry) => Array.isArray(entry) && entry.length === 3);
}

/** Whether anybody could still connect with it. */
export async function hasKubeconfig({ kubeconfig }: StateFolder): Promise<boolean> {
  return access(kubeconfig).then(
    () => true,
    () => false,
  );
}

/** The credentials go first: a folder that could not be removed as a whole must not hold them. */
export async function forget(folder: StateFolder): Promise<void> {
  await rm(folder.kubeconfig, { force: true });
  await folder.remove();
}
