import { CannotTell } from '../../core/under-test.ts';

/** One mount of a process, from /proc/PID/mountinfo. */
export interface Mount {
  /** Where it lies, as the process sees it. */
  readonly target: string;
  readonly type: string;
  /** False when the mount or the file system below it is read-only. */
  readonly writable: boolean;
}

/**
 * The mounts of a process, in the order of the kernel: the last one at a place is the one that shows.
 *
 * @throws CannotTell when no line could be read (source of the format: man 5 proc, /proc/pid/mountinfo)
 */
export function parseMounts(text: string): readonly Mount[] {
  const mounts = [...text.matchAll(/^\d+ \d+ \d+:\d+ \S+ (\S+) (\S+)(?: \S+)*? - (\S+) \S+ (\S+)$/gm)].map(
    ([, target = '', options = '', type = '', superOptions = '']) => ({
      target: unescape(target),
      type,
      writable: !isReadOnly(options) && !isReadOnly(superOptions),
    }),
  );
  if (mounts.length === 0) throw new CannotTell('the list of mounts is empty');
  return mounts;
}

/** The mount that shows at a place. */
export function mountAt(mounts: readonly Mount[], target: string): Mount | undefined {
  return mounts.findLast((mount) => mount.target === target);
}

/**
 * Whether the runtime keeps the container from the kernel's controls in /proc. It does so by mounts of its own: read-only
 * ones over /proc/sys and others, empty ones over /proc/kcore and others. Where the kernel lacks a file its mount is
 * missing too, so either of the two counts. Source: masked and read-only paths of the OCI runtimes.
 */
export function isProcMasked(mounts: readonly Mount[]): boolean {
  return mountAt(mounts, '/proc/sys')?.writable === false || mountAt(mounts, '/proc/kcore') !== undefined;
}

function isReadOnly(options: string): boolean {
  return options.split(',').includes('ro');
}

/** Space, tab, line break and backslash are written as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
