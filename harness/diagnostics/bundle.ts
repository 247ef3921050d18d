import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { describeError, IntegrityError, UsageError } from '../core/errors.ts';
import { readTar } from './read-tar.ts';
import { writeTar, type TarFile } from './write-tar.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** More than 20 MiB of bundle cannot become this. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Writes a bundle: one file that people can attach to an issue. It is readable by its owner only and never replaces
 * anything.
 *
 * @returns its size in bytes
 * @throws what the file system says
 */
export async function writeBundle(file: string, files: readonly TarFile[], mtime: Date): Promise<number> {
  const bytes = await pack(writeTar(files, mtime));
  await using target = await open(file, 'wx', 0o600);
  await target.writeFile(bytes);
  return bytes.length;
}

/**
 * The files of a bundle, whoever made it. They stay in memory, see `readTar`.
 *
 * @throws UsageError BUNDLE_NOT_READABLE; IntegrityError BUNDLE_REFUSED
 */
export async function readBundle(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const packed = await readFile(file, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(
    (error: unknown) => {
      throw new UsageError(
        'BUNDLE_NOT_READABLE',
        `The bundle ${file} cannot be read: ${describeError(error)}`,
        {
          hint: 'Give the path of a bundle.tar.gz.',
          cause: error,
        },
      );
    },
  );
  return readTar(await unpacked(packed));
}

async function unpacked(packed: Buffer): Promise<Buffer> {
  try {
    return await unpack(packed, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw new IntegrityError('BUNDLE_REFUSED', `The bundle is not read: ${describeError(error)}.`, {
      hint: 'It must be a bundle.tar.gz of podproof, at most 64 MiB when unpacked.',
      cause: error,
    });
  }
}
