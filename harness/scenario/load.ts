import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../core/errors.ts';
import { checkHostPorts } from './check-host-ports.ts';
import type { LoadedFolder } from './check-together.ts';
import { loadFolder, type LoadOptions } from './load-folder.ts';
import { placeOfId } from './locate.ts';
import { isProblem, refuse, showPath, type Problem } from './problem.ts';
import { resolveInside } from './source-file.ts';
import type { LoadedScenario } from './types.ts';

/**
 * Reads every scenario below `root`: folders `NN-name` with `manifest.yaml`, `name.scenario.ts` and `README.md`.
 * Nothing is returned unless everything is right: all mistakes of all files are reported together.
 *
 * @throws UsageError SCENARIO_INVALID (exit 2) with `file:line:col` for each mistake
 * @example const scenarios = await loadScenarios('scenarios')
 */
export async function loadScenarios(
  root: string,
  options: LoadOptions = {},
): Promise<readonly LoadedScenario[]> {
  if (!existsSync(root)) refuse([{ file: showPath(root), message: 'there is no such folder.' }]);
  const base = await realpath(root);
  if (!(await stat(base)).isDirectory()) refuse([{ file: showPath(root), message: 'is not a folder.' }]);
  const found = await findFolders(root, base);
  const read = await Promise.all(found.folders.map((folder) => loadFolder(folder, base, options)));
  const loaded = read.flatMap(({ loaded: folder }) => folder ?? []);
  refuse([...found.problems, ...read.flatMap(({ problems }) => problems), ...duplicates(loaded)]);
  if (loaded.length === 0) refuse([{ file: showPath(root), message: 'holds no scenario.' }]);
  const scenarios = loaded.map(({ scenario }) => scenario);
  if (options.asAuthor === true) refuse(checkHostPorts(scenarios));
  return scenarios;
}

/** Folders and links to folders; hidden ones belong to editors and version control. */
async function findFolders(
  root: string,
  base: string,
): Promise<{ readonly folders: readonly string[]; readonly problems: readonly Problem[] }> {
  const folders: string[] = [];
  const problems: Problem[] = [];
  try {
    for (const entry of await readdir(root, { withFileTypes: true })) {
      const path = join(root, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isSymbolicLink()) continue;
      const target = await resolveInside(path, base);
      if (isProblem(target)) problems.push(target);
      else if (target.stats.isDirectory()) folders.push(path);
    }
  } catch (error) {
    problems.push({ file: showPath(root), message: `cannot be read: ${describeError(error)}.` });
  }
  return { folders: folders.sort(), problems };
}

/** Ids of scenarios and names of objects must be unique: all run on one cluster. */
function duplicates(loaded: readonly LoadedFolder[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return loaded.flatMap(({ scenario, code, codeFile, manifest }) => {
    const { id, folder, manifestFile, objects } = scenario;
    const named = objects.map(({ kind, metadata }, at) => ({
      key: `${kind} ${metadata.name}`,
      file: showPath(manifestFile),
      place: manifest.places[at],
    }));
    const keys = [
      { key: `scenario ${id}`, file: showPath(codeFile), place: placeOfId(code.text, id) },
      ...named,
    ];
    return keys.flatMap(({ key, file, place }) => {
      const owner = owners.get(key);
      owners.set(key, owner ?? showPath(folder));
      return owner === undefined ? [] : [{ file, ...place, message: `${key} exists already in ${owner}.` }];
    });
  });
}
