import {
  access,
  constants,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rmdir,
  stat,
  statfs,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../core/errors.ts';

/** The files of this machine, as far as checks look at them. */
export interface HostFiles {
  /** @returns undefined when there is no such file or it cannot be read */
  text(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** As the permissions say it: nothing is written. */
  isWritable(path: string): Promise<boolean>;
  /**
   * As trying says it: makes a folder in there and removes it again. For folders of our own.
   *
   * @returns why not, or undefined when it can be written to
   */
  whyNotWritable(path: string): Promise<string | undefined>;
  /** @returns undefined when it does not exist */
  owner(path: string): Promise<{ readonly uid: number; readonly mode: number } | undefined>;
  /** The file system that holds the path; undefined when it cannot be asked. */
  disk(path: string): Promise<Disk | undefined>;
  /** How many inotify instances all processes hold together, as far as we may see. */
  inotifyInstances(): Promise<number>;
}

export interface Disk {
  /** Magic number of statfs(2): 0x6969 is NFS. */
  readonly type: number;
  readonly freeBytes: number;
  /** 0 where the file system has no fixed number of inodes. */
  readonly inodes: number;
  readonly freeInodes: number;
}

/** @see Patient.files */
export function hostFiles(): HostFiles {
  return {
    text: (path) => readFile(path, 'utf8').catch(() => undefined),
    exists: (path) => may(path, constants.F_OK),
    isWritable: (path) => may(path, constants.W_OK),
    whyNotWritable: async (path) => {
      try {
        await rmdir(await mkdtemp(join(path, '.podproof-')));
        return undefined;
      } catch (error) {
        return describeError(error);
      }
    },
    owner: async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found && { uid: found.uid, mode: found.mode & 0o7777 };
    },
    disk: async (path) => {
      const found = await statfs(path).catch(() => undefined);
      return (
        found && {
          type: found.type,
          freeBytes: found.bavail * found.bsize,
          inodes: found.files,
          freeInodes: found.ffree,
        }
      );
    },
    inotifyInstances,
  };
}

function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Each is a descriptor that leads to `anon_inode:inotify` (proc_pid_fd(5)). */
async function inotifyInstances(): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const counts = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(instancesOf));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function instancesOf(pid: string): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  // Processes end while we look, and those of others may be closed to us.
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.filter((target) => target === 'anon_inode:inotify').length;
}
