import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../core/node-errors.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';

/** What podproof writes down about a cluster before the first thing of it exists. */
export interface ClusterRecord {
  readonly schema: 1;
  readonly name: string;
  readonly provider: string;
  /** The run that uses it. Nobody else touches it while this process lives. */
  readonly owner: ProcessIdentity;
  /** `creating` until it was ready once: a half-made cluster may still grow after it was removed. */
  readonly phase: 'creating' | 'ready';
  readonly kept: boolean;
  /** Clusters with the same fingerprint are interchangeable. */
  readonly fingerprint: string;
  readonly endpoint: string;
  readonly createdAt: string;
  /** What the cluster's facts cannot tell later: versions of tools, images. */
  readonly notes: Readonly<Record<string, string>>;
}

/** The private folder of one cluster: record, kubeconfig, configuration. */
export interface StateFolder {
  readonly path: string;
  readonly kubeconfig: string;
  file(name: string): string;
  /** Replaces the record in one step: readers see the old or the new one. */
  write(record: ClusterRecord): Promise<void>;
  /** @returns undefined when there is none, or it cannot be read */
  read(): Promise<ClusterRecord | undefined>;
  remove(): Promise<void>;
}

const NAME = /^podproof-[0-9a-f]{6}$/;

export function clustersFolder(cacheDir: string): string {
  return join(cacheDir, 'clusters');
}

/** @throws Error when the name could leave the folder */
export function stateFolder(cacheDir: string, name: string): StateFolder {
  if (!NAME.test(name)) throw new TypeError(`Not a cluster name of podproof: ${JSON.stringify(name)}`);
  const path = join(clustersFolder(cacheDir), name);
  const recordFile = join(path, 'record.json');
  return {
    path,
    kubeconfig: join(path, 'kubeconfig'),
    file: (child) => join(path, child),
    async write(record) {
      const next = `${recordFile}.next`;
      await writeFile(next, JSON.stringify(record, undefined, 2), { mode: 0o600 });
      await rename(next, recordFile);
    },
    async read() {
      try {
        return parseRecord(await readFile(recordFile, 'utf8'));
      } catch (error) {
        if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
        throw error;
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/**
 * Takes a name by making its folder, readable by the owner only.
 *
 * @returns false when somebody has the name
 */
export async function reserve(folder: StateFolder): Promise<boolean> {
  await mkdir(join(folder.path, '..'), { recursive: true, mode: 0o700 });
  try {
    await mkdir(folder.path, { mode: 0o700 });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  // The umask may have taken nothing, but an odd one could take our own bits.
  await chmod(folder.path, 0o700);
  return true;
}

/** Names of all clusters that have a folder. */
export async function recordedNames(cacheDir: string): Promise<readonly string[]> {
  const found = await readdir(clustersFolder(cacheDir)).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  return found.filter((name) => NAME.test(name)).toSorted();
}

/** A damaged record counts as none: what it said cannot be trusted. */
function parseRecord(text: string): ClusterRecord | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return isRecord(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(found: unknown): found is ClusterRecord {
  if (typeof found !== 'object' || found === null) return false;
  const record = found as Readonly<Record<string, unknown>>;
  const owner = record['owner'] as Readonly<Record<string, unknown>> | null | undefined;
  const texts = ['name', 'provider', 'fingerprint', 'endpoint', 'createdAt'];
  return (
    record['schema'] === 1 &&
    texts.every((key) => typeof record[key] === 'string') &&
    (record['phase'] === 'creating' || record['phase'] === 'ready') &&
    typeof record['kept'] === 'boolean' &&
    typeof record['notes'] === 'object' &&
    record['notes'] !== null &&
    typeof owner === 'object' &&
    owner !== null &&
    typeof owner['pid'] === 'number' &&
    typeof owner['startedAt'] === 'string' &&
    typeof owner['bootId'] === 'string'
  );
}
