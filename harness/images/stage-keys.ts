import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

/**
 * A key of 12 hex digits for every stage: equal keys mean equal results.
 *
 * @throws when a stage needs one that is not in the list, or itself
 */
export async function stageKeys(stages: readonly Stage[]): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  const open = new Set<string>();
  const keyOf = async (name: string): Promise<string> => {
    const known = keys.get(name);
    if (known !== undefined) return known;
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage === undefined || open.has(name)) throw new Error(`stage ${name} is unknown or needs itself`);
    open.add(name);
    const hash = createHash('sha256').update(JSON.stringify([name, stage.settings]));
    for (const input of stage.inputs) await hashPath(hash, input, '');
    for (const need of stage.needs) hash.update(`\0${await keyOf(need)}`);
    const key = hash.digest('hex').slice(0, 12);
    keys.set(name, key);
    return key;
  };
  for (const stage of stages) await keyOf(stage.name);
  return keys;
}

/** The name of the folder that holds the result of a stage. */
export function resultName(stage: string, key: string): string {
  return `${stage}-${key}`;
}

/** A hash of 12 hex digits over files and folders: content, relative names and executable bits. */
export async function hashPaths(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) await hashPath(hash, path, '');
  return hash.digest('hex').slice(0, 12);
}

/**
 * Content, relative names and the executable bit count; times, owners and the place on this machine do not. Nor do
 * the tests of Go modules, of which nothing is built.
 */
async function hashPath(hash: Hash, path: string, name: string): Promise<void> {
  const found = await stat(path);
  if (found.isDirectory()) {
    const entries = (await readdir(path)).filter((entry) => !entry.endsWith('_test.go'));
    for (const entry of entries.sort()) await hashPath(hash, join(path, entry), `${name}/${entry}`);
    return;
  }
  const content = await readFile(path);
  hash.update(`\0${name}\0${found.mode & 0o100 ? 'x' : '-'}\0${String(content.length)}\0`).update(content);
}
