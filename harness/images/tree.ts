import { chmod, constants, copyFile, cp, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StageJob } from './stage.ts';
import { work, type Workshop } from './workshop.ts';

/** Puts a file into a tree, following symbolic links at the source. Sharing blocks where the disk can. */
export async function install(
  tree: string,
  path: string,
  from: { file: string; mode?: number },
): Promise<void> {
  const target = join(tree, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(from.file, target, constants.COPYFILE_FICLONE);
  await chmod(target, from.mode ?? 0o755);
}

/** Makes symbolic links in a tree; the values are their texts. */
export async function link(tree: string, links: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await symlink(target, join(tree, path));
  }
}

/** Copies a folder of the recipe as it is, with the executable bits. */
export async function overlay(tree: string, from: string): Promise<void> {
  await cp(from, tree, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

/** The folders that Debian keeps as links into /usr; a tree that takes files from there must do the same. */
export const MERGED_USR: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/sbin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
};

/**
 * Packs a tree as an image layer. Times are set to zero so that equal content gives equal layers, and so that systemd
 * does not take the image for a freshly updated /usr at every first boot.
 */
export async function packLayer(
  shop: Workshop,
  job: Pick<StageJob, 'deadline'>,
  layer: { readonly tree: string; readonly file: string; readonly owners: 'root' | 'as they are' },
): Promise<void> {
  const { tree, file, owners } = layer;
  const everythingRoot = owners === 'root' ? ['--owner=0', '--group=0'] : [];
  const format = ['--format=posix', '--numeric-owner', '--sort=name', '--mtime=@0'];
  // File capabilities are extended attributes; without them a program such as ping would lose its powers.
  const attributes = [
    '--pax-option=delete=atime,delete=ctime',
    '--xattrs',
    '--xattrs-include=security.capability',
  ];
  const what = ['--file', file, '--directory', tree, '.'];
  await work(shop, {
    argv: ['tar', '--create', ...format, ...attributes, ...everythingRoot, ...what],
    what: `packing ${file}`,
    deadline: job.deadline,
  });
}

/** Gives folders 0755 and files 0644 or 0755: what the image holds must not depend on the umask of whoever builds it. */
export async function openToAll(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await openToAll(child);
    else if (entry.isFile()) await chmod(child, (await stat(child)).mode & 0o100 ? 0o755 : 0o644);
  }
  await chmod(path, 0o755);
}
