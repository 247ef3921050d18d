/** Field offsets and lengths of a ustar header (POSIX.1-1988, pax(1) "ustar Interchange Format"). */
export const BLOCK = 512;
export const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const;

/** `ustar`, NUL, version `00`. */
export const MAGIC = 'ustar\x0000';

/** The sum of all bytes of a header, its own field counted as blanks. */
export function checksumOf(header: Buffer): number {
  const [at, length] = FIELD.checksum;
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= at && index < at + length ? 0x20 : byte;
  return sum;
}

export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
