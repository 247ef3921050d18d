import { BLOCK, checksumOf, FIELD, MAGIC, paddedSize } from './tar-format.ts';

export interface TarFile {
  /** Relative, with `/`. */
  readonly name: string;
  readonly content: Buffer;
}

/**
 * A tar archive of plain files that every `tar` reads. Owner, mode and order are always the same, so that equal files
 * give equal archives.
 *
 * @throws RangeError for a name that a ustar header cannot hold
 */
export function writeTar(files: readonly TarFile[], mtime: Date): Buffer {
  const seconds = Math.floor(mtime.getTime() / 1000);
  const entries = files.flatMap(({ name, content }) => [
    headerOf(name, content.length, seconds),
    content,
    Buffer.alloc(paddedSize(content.length) - content.length),
  ]);
  // Two empty blocks are the end.
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

function headerOf(path: string, size: number, mtime: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const put = (field: keyof typeof FIELD, text: string): void => {
    const [at, length] = FIELD[field];
    header.write(text, at, length, 'latin1');
  };
  const octal = (field: 'mode' | 'uid' | 'gid' | 'size' | 'mtime', value: number): void =>
    put(field, value.toString(8).padStart(FIELD[field][1] - 1, '0'));
  const { prefix, name } = splitName(path);
  put('name', name);
  put('prefix', prefix);
  octal('mode', 0o644);
  octal('uid', 0);
  octal('gid', 0);
  octal('size', size);
  octal('mtime', mtime);
  put('type', '0');
  put('magic', MAGIC);
  put('checksum', `${checksumOf(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** Long names go into two fields, split at a slash. */
function splitName(path: string): { readonly prefix: string; readonly name: string } {
  if (!/^[\x20-\x7e]+$/.test(path)) throw new RangeError(`not a plain name: ${JSON.stringify(path)}`);
  const [, mostName] = FIELD.name;
  const [, mostPrefix] = FIELD.prefix;
  if (path.length <= mostName) return { prefix: '', name: path };
  const slash = path.indexOf('/', path.length - mostName - 1);
  if (slash === -1 || slash > mostPrefix) throw new RangeError(`too long for a tar archive: ${path}`);
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}
