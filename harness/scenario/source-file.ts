import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { relative, isAbsolute } from 'node:path';
import { describeError } from '../core/errors.ts';
import { hasCode } from '../core/node-errors.ts';
import { showPath, type Problem } from './problem.ts';

/** A file of a scenario that may be read: a regular one, below the root, not too long, in UTF-8. */
export interface SourceFile {
  /** Where it really is, links resolved. */
  readonly path: string;
  readonly text: string;
}

/** Longest file of a scenario. */
const MAX_BYTES = 256 * 1024;

/**
 * Reads a file of a scenario, or says why it is not to be read. Nothing but a regular file is ever opened: a named
 * pipe would wait for ever, a device could do anything, and a link may lead out of the folder that people have looked
 * at.
 *
 * @param root real path of the folder that holds all scenarios
 */
export async function readSource(path: string, root: string): Promise<SourceFile | Problem> {
  const found = await resolveInside(path, root);
  if ('message' in found) return found;
  const problem = (message: string, hint?: string): Problem => ({
    file: showPath(path),
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (!found.stats.isFile()) return problem(`is ${kindOf(found.stats)}, not a file.`);
  if (found.stats.size > MAX_BYTES) return problem(`is larger than ${String(MAX_BYTES / 1024)} KiB.`);
  try {
    const bytes = await readRegular(found.path);
    if (bytes === undefined) return problem('was replaced while it was read.', 'Try again.');
    if (isUtf8(bytes)) return { path: found.path, text: bytes.toString() };
    return {
      ...problem('is not UTF-8 from here on.', 'Save it as UTF-8.'),
      ...placeOf(validPart(bytes)),
    };
  } catch (error) {
    return problem(`cannot be read: ${describeError(error)}.`);
  }
}

/** Resolves links and refuses what leads out of `root`. Used for files and for folders. */
export async function resolveInside(
  path: string,
  root: string,
): Promise<{ readonly path: string; readonly stats: Stats } | Problem> {
  const file = showPath(path);
  try {
    const real = await realpath(path);
    const way = relative(root, real);
    if (way === '..' || way.startsWith('../') || isAbsolute(way)) {
      return {
        file,
        message: 'is a symbolic link that leads out of the scenario folder.',
        hint: 'Put a copy there.',
      };
    }
    return { path: real, stats: await stat(real) };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { file, message: 'is missing.' };
    if (hasCode(error, 'ELOOP')) return { file, message: 'is a symbolic link that leads to itself.' };
    return { file, message: `cannot be read: ${describeError(error)}.` };
  }
}

/** `undefined` when somebody put something else in the place of the file since we looked. */
async function readRegular(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES) return undefined;
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_BYTES + 1), position: 0 });
    return bytesRead > MAX_BYTES ? undefined : buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** The text up to the first byte that is not UTF-8. */
function validPart(bytes: Buffer): string {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isUtf8Start(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return new TextDecoder().decode(bytes.subarray(0, good), { stream: true });
}

/** Whether the bytes can be the beginning of UTF-8: a character may be cut at the end. */
function isUtf8Start(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The place right behind a text. */
function placeOf(before: string): { readonly line: number; readonly column: number } {
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
