import { IntegrityError } from '../core/errors.ts';
import { BLOCK, checksumOf, FIELD, MAGIC, paddedSize } from './tar-format.ts';

/** Far above what podproof itself writes. */
export interface TarLimits {
  /** @default 2000 */
  readonly entries?: number;
  /** Bytes of all files together. @default 64 MiB */
  readonly bytes?: number;
}

/**
 * The files of a tar archive that a stranger may have made, by name, in memory: nothing is ever written to a disk.
 * Only what `writeTar` writes is accepted: plain files with clean relative names, each once. Links, devices, folders,
 * sparse files, extended headers, names with `..`, too many or too large entries: all of it refuses the whole archive.
 *
 * @throws IntegrityError BUNDLE_REFUSED saying which entry and why
 */
export function readTar(archive: Buffer, limits: TarLimits = {}): ReadonlyMap<string, Buffer> {
  const { entries: mostEntries = 2000, bytes: mostBytes = 64 * 1024 * 1024 } = limits;
  const files = new Map<string, Buffer>();
  let total = 0;
  for (let at = 0; ;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw refused('it ends in the middle');
    if (header.every((byte) => byte === 0)) return files;
    const { name, size } = readHeader(header);
    if (files.has(name)) throw refused(`${name} is in it twice`);
    if (files.size >= mostEntries) throw refused(`it has more than ${String(mostEntries)} files`);
    total += size;
    if (total > mostBytes) throw refused(`its files are larger than ${String(mostBytes)} bytes`);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw refused(`${name} ends in the middle`);
    files.set(name, content);
    at += BLOCK + paddedSize(size);
  }
}

function readHeader(header: Buffer): { readonly name: string; readonly size: number } {
  const text = (field: keyof typeof FIELD): string => {
    const [at, length] = FIELD[field];
    const bytes = header.subarray(at, at + length);
    const end = bytes.indexOf(0);
    return bytes.toString('latin1', 0, end === -1 ? length : end);
  };
  const [magicAt, magicLength] = FIELD.magic;
  const magic = header.toString('latin1', magicAt, magicAt + magicLength);
  const stated = octal(text('checksum'));
  if (magic !== MAGIC || stated !== checksumOf(header)) throw refused('it is not an archive of podproof');
  const name = [text('prefix'), text('name')].filter((part) => part !== '').join('/');
  const shown = JSON.stringify(name.slice(0, 120));
  if (text('type') !== '0')
    throw refused(`${shown} is not a plain file (type ${JSON.stringify(text('type'))})`);
  if (!isClean(name)) throw refused(`${shown} is not a clean relative name`);
  const size = octal(text('size'));
  if (size === undefined) throw refused(`${shown} has no readable size`);
  return { name, size };
}

/** Letters, digits, `_`, `-` and `.`; no part is empty, `.` or `..`, and none is hidden. */
function isClean(name: string): boolean {
  return name.length <= 255 && name.split('/').every((part) => /^\w[\w.-]*$/.test(part));
}

/** Also refuses the binary form in which sizes above 8 GiB are written. */
function octal(text: string): number | undefined {
  const digits = text.trim();
  return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function refused(why: string): IntegrityError {
  return new IntegrityError('BUNDLE_REFUSED', `The bundle is not read: ${why}.`, {
    hint: 'A bundle is read as podproof wrote it: do not unpack and pack it again.',
  });
}
