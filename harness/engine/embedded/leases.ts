import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../../core/errors.ts';
import { hasCode } from '../../core/node-errors.ts';
import { identify, isAlive, parseIdentity, type ProcessTable } from '../../core/process-identity.ts';

/** One user of the shared embedded engine. */
export interface Lease {
  readonly file: string;
  readonly pid: number;
}

/** Puts this process down as a user of the engine. The caller holds the engine's lock. */
export async function takeLease(folder: string, table: ProcessTable, pid = process.pid): Promise<Lease> {
  const identity = await identify(pid, table);
  if (identity === undefined) {
    throw new InfrastructureError('LEASE_FAILED', `Process ${String(pid)} cannot be identified in /proc.`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // One process may use the engine twice; each use has a lease of its own.
  const file = join(folder, `${String(pid)}-${randomBytes(4).toString('hex')}.json`);
  await writeFile(file, JSON.stringify(identity), { mode: 0o600, flag: 'wx' });
  return { file, pid };
}

export async function dropLease(lease: Lease): Promise<void> {
  await rm(lease.file, { force: true });
}

/** Leases of processes that still run. Those of dead ones, and files that are no leases, are removed on the way. */
export async function liveLeases(folder: string, table: ProcessTable): Promise<readonly Lease[]> {
  const live: Lease[] = [];
  for (const name of await namesIn(folder)) {
    const file = join(folder, name);
    const identity = parseIdentity(await readJson(file));
    if (identity !== undefined && (await isAlive(identity, table))) live.push({ file, pid: identity.pid });
    else await rm(file, { force: true });
  }
  return live;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Truncated by a crash: nobody can be identified by it, so nobody is using the engine through it.
    return undefined;
  }
}
