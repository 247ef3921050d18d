import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { describeError } from '../core/errors.ts';
import { hasCode } from '../core/node-errors.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import type { LeakSource } from './leak-oracle.ts';

/**
 * Containers, volumes and networks that a run could leave in the engine. Other runs and other people use the engine
 * at the same time, so only that counts which nobody uses: volumes and networks without a container, containers
 * with a label that only podproof's clusters have and `isOthers` does not know.
 *
 * @param isOthers whether a cluster belongs to another live run, or was kept on purpose
 */
export function engineLeakSources(
  docker: DockerEngine,
  labels: readonly string[],
  isOthers: (cluster: string) => boolean,
): readonly LeakSource[] {
  return [
    {
      what: 'containers',
      leak: 'added',
      async list(deadline) {
        const found = await Promise.all(
          labels.map(async (label) => {
            const listed = await docker.containers.list({ [label]: '' }, deadline);
            return listed.filter(({ labels: has }) => !isOthers(has[label] ?? ''));
          }),
        );
        return new Map(found.flat().map(({ id, name }) => [id, name]));
      },
    },
    {
      what: 'volumes',
      leak: 'added',
      async list(deadline) {
        const [all, unused] = await Promise.all([
          docker.volumes(deadline),
          docker.volumes(deadline, 'unused'),
        ]);
        return new Map(all.map((name) => [name, unused.includes(name) ? name : undefined]));
      },
    },
    {
      what: 'networks',
      leak: 'added',
      async list(deadline) {
        const listed = await docker.networks.list(deadline);
        const found = await Promise.all(listed.map(({ name }) => docker.networks.inspect(name, deadline)));
        return new Map(
          found
            .filter((network) => network !== undefined)
            .map(({ id, name, containers }) => [id, containers.length === 0 ? name : undefined]),
        );
      },
    },
  ];
}

/**
 * Files that are not ours: content and time of change must be the same afterwards, or both times nothing. Whatever
 * stands there is fine and only has to stay: a link (also one that leads nowhere), a folder, a pipe, a file that we
 * may not read.
 */
export function foreignFiles(paths: readonly string[]): LeakSource {
  return {
    what: 'files of the user',
    leak: 'changed',
    async list() {
      const seen = await Promise.all(paths.map(async (path) => [path, await stateOf(path)] as const));
      return new Map(seen);
    },
  };
}

/** Entries of folders where only a run's own things appear and disappear. */
export function folderEntries(what: string, folders: readonly string[]): LeakSource {
  return {
    what,
    leak: 'added',
    async list() {
      const found = await Promise.all(
        folders.map(async (folder) => (await entriesOf(folder)).map((name) => `${folder}/${name}`)),
      );
      return new Map(found.flat().map((path) => [path, path]));
    },
  };
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function stateOf(path: string): Promise<string> {
  try {
    const { ino } = await lstat(path);
    const link = await readlink(path).catch(() => undefined);
    const what = link === undefined ? `file ${String(ino)}` : `link ${String(ino)} to ${link}`;
    return `${what}, ${await contentOf(path)}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return 'not there';
    return `not readable: ${describeError(error)}`;
  }
}

/** Follows links. A pipe is not read, because that would change it. */
async function contentOf(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return 'no regular file';
    const hash = createHash('sha256').update(await readFile(path));
    return `sha256 ${hash.digest('hex').slice(0, 16)}, changed ${String(found.mtimeMs)}`;
  } catch (error) {
    return `not readable: ${describeError(error)}`;
  }
}
