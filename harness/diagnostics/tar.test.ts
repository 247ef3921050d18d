import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readBundle, writeBundle } from './bundle.ts';
import { readTar } from './read-tar.ts';
import { BLOCK, checksumOf, FIELD } from './tar-format.ts';
import { writeTar, type TarFile } from './write-tar.ts';

const WHEN = new Date('2026-11-27T20:56:00Z');
const files: readonly TarFile[] = [
  { name: 'run/journal.ndjson', content: Buffer.from('{"type":"plan"}\n') },
  { name: `nodes/${'n'.repeat(60)}/${'p'.repeat(90)}.log`, content: Buffer.from('x'.repeat(513)) },
  { name: 'empty', content: Buffer.alloc(0) },
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-tar-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a bundle', () => {
  test('is what GNU tar reads', async () => {
    const bundle = join(folder, 'bundle.tar.gz');
    const bytes = await writeBundle(bundle, files, WHEN);
    expect((await stat(bundle)).size).toBe(bytes);
    expect((await stat(bundle)).mode & 0o777).toBe(0o600);
    execFileSync('tar', ['-xzf', bundle, '-C', folder]);
    for (const { name, content } of files) expect(await readFile(join(folder, name))).toEqual(content);
    expect(execFileSync('tar', ['-tvzf', bundle, '--utc', '--full-time']).toString()).toMatch(
      /^-rw-r--r-- 0\/0 +16 2026-11-27 20:56:00 run\/journal\.ndjson$/m,
    );
  });

  test('gives its files back', async () => {
    const bundle = join(folder, 'bundle.tar.gz');
    await writeBundle(bundle, files, WHEN);
    expect([...(await readBundle(bundle))]).toEqual(files.map(({ name, content }) => [name, content]));
  });

  test('never replaces a file and never follows a link', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'mine');
    await symlink(target, join(folder, 'link'));
    for (const name of ['target', 'link'])
      await expect(writeBundle(join(folder, name), files, WHEN)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(target, 'utf8')).toBe('mine');
    await expect(readBundle(join(folder, 'link'))).rejects.toMatchObject({ code: 'BUNDLE_NOT_READABLE' });
  });

  test('a file that is none is a usage error, one that is damaged or a bomb is refused', async () => {
    await expect(readBundle(join(folder, 'absent'))).rejects.toMatchObject({ exitCode: 2 });
    const bomb = join(folder, 'bomb');
    await writeFile(bomb, gzipSync(Buffer.alloc(80 * 1024 * 1024)));
    expect((await stat(bomb)).size).toBeLessThan(100_000);
    await writeFile(join(folder, 'text'), 'no gzip');
    for (const name of ['bomb', 'text'])
      await expect(readBundle(join(folder, name))).rejects.toMatchObject({ code: 'BUNDLE_REFUSED' });
  });
});

/** Our own archive of one file with its header changed, and a checksum that fits. */
function forged(change: (put: (field: keyof typeof FIELD, text: string) => void) => void): Buffer {
  const archive = writeTar([{ name: 'file', content: Buffer.from('content') }], WHEN);
  const header = archive.subarray(0, BLOCK);
  change((field, text) => {
    const [at, length] = FIELD[field];
    header.fill(0, at, at + length).write(text, at, length, 'latin1');
  });
  const [at] = FIELD.checksum;
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, at, 'latin1');
  return archive;
}

describe('an archive that a stranger made is refused', () => {
  test.each([
    ['../escape', /clean relative name/],
    ['a/../../escape', /clean relative name/],
    ['/etc/cron.d/x', /clean relative name/],
    ['./file', /clean relative name/],
    ['a//b', /clean relative name/],
    ['.bashrc', /clean relative name/],
    ['a\\b', /clean relative name/],
    ['C:x', /clean relative name/],
    ['a\nb', /clean relative name/],
    ['', /clean relative name/],
  ])('name %j', (name, why) => {
    expect(() => readTar(forged((put) => put('name', name)))).toThrow(why);
  });

  test.each([
    ['hard link', '1'],
    ['symbolic link', '2'],
    ['character device', '3'],
    ['block device', '4'],
    ['folder', '5'],
    ['FIFO', '6'],
    ['sparse file', 'S'],
    ['extended header', 'x'],
    ['global header', 'g'],
    ['long name of GNU', 'L'],
  ])('%s', (_what, type) => {
    expect(() => readTar(forged((put) => put('type', type)))).toThrow(/not a plain file/);
  });

  test('a size of 10 GiB, in either way to write it', () => {
    const sizes = [10 * 1024 ** 3, 65 * 1024 ** 2].map((size) => size.toString(8));
    for (const size of sizes)
      expect(() => readTar(forged((put) => put('size', size)))).toThrow(/larger than|no readable size/);
    expect(() => readTar(forged((put) => put('size', '\x80\0\0\0\0\0\0\x02\x80\0\0\0')))).toThrow(
      'no readable size',
    );
    expect(() => readTar(forged((put) => put('size', '-1')))).toThrow('no readable size');
  });

  test('too many files, the same name twice, an end in the middle, a wrong sum', () => {
    const many = Array.from({ length: 11 }, (_, index) => ({
      name: `f${String(index)}`,
      content: Buffer.of(1),
    }));
    expect(() => readTar(writeTar(many, WHEN), { entries: 10 })).toThrow('more than 10 files');
    expect(() => readTar(writeTar(many, WHEN), { bytes: 10 })).toThrow('larger than 10 bytes');
    expect(() => readTar(writeTar([...many, ...many], WHEN))).toThrow('twice');
    expect(() => readTar(writeTar(many, WHEN).subarray(0, 700))).toThrow('in the middle');
    expect(() => readTar(Buffer.from('x'.repeat(BLOCK)))).toThrow('not an archive of podproof');
    const broken = writeTar(many, WHEN);
    broken[0] = 0x41;
    expect(() => readTar(broken)).toThrow('not an archive of podproof');
  });

  test('GNU tar’s own links, whatever they point to', async () => {
    await symlink('/etc/passwd', join(folder, 'link'));
    execFileSync('tar', ['--format=ustar', '-czf', join(folder, 'x.tar.gz'), '-C', folder, 'link']);
    await expect(readBundle(join(folder, 'x.tar.gz'))).rejects.toMatchObject({ code: 'BUNDLE_REFUSED' });
    expect((await readdir(folder)).toSorted()).toEqual(['link', 'x.tar.gz']);
  });
});
