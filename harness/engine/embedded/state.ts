import type { EngineLayout } from './layout.ts';
import { readJsonFile, removeFile, writeJsonFile } from './json-file.ts';
import { parseIdentity, type ProcessIdentity } from '../../core/process-identity.ts';

/** Which process our daemon is, written at once after its start so that a later process can find or bury it. */
export interface DaemonState {
  readonly schema: 1;
  readonly daemon: ProcessIdentity;
  readonly startedAt: string;
  /** The unpacked programs it runs. */
  readonly packages: string;
}

export async function readState(layout: EngineLayout): Promise<DaemonState | undefined> {
  const value = await readJsonFile(layout.stateFile);
  if (typeof value !== 'object' || value === null) return undefined;
  const { schema, daemon, startedAt, packages } = value as Partial<Record<keyof DaemonState, unknown>>;
  const identity = parseIdentity(daemon);
  if (schema !== 1 || identity === undefined) return undefined;
  return { schema, daemon: identity, startedAt: String(startedAt), packages: String(packages) };
}

export async function writeState(layout: EngineLayout, state: DaemonState): Promise<void> {
  await writeJsonFile(layout.stateFile, state);
}

export async function removeState(layout: EngineLayout): Promise<void> {
  for (const path of [layout.stateFile, layout.socket, layout.pidFile]) await removeFile(path);
}
