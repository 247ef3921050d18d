import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { findLeaks, takeSnapshot, type LeakSource } from './leak-oracle.ts';
import { folderEntries, foreignFiles } from './leak-sources.ts';

const deadline = Deadline.in(5000, 'the snapshot');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-leaks-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function leaksAfter(
  sources: readonly LeakSource[],
  run: () => Promise<void> | void,
): Promise<readonly string[]> {
  const before = await takeSnapshot(sources, deadline);
  await run();
  return findLeaks(before, await takeSnapshot(sources, deadline));
}

function things(
  initial: Readonly<Record<string, string>>,
  leak: LeakSource['leak'],
): LeakSource & { now: Map<string, string | undefined> } {
  const now = new Map<string, string | undefined>(Object.entries(initial));
  return { what: 'containers', leak, now, list: () => Promise.resolve(new Map(now)) };
}

describe('leak oracle', () => {
  test('nothing changed, nothing leaked', async () => {
    expect(await leaksAfter([things({ a: 'a' }, 'changed')], () => undefined)).toEqual([]);
  });

  test('what is new is a leak; what somebody else removed meanwhile is not', async () => {
    const source = things({ old: 'old one' }, 'added');
    const leaks = await leaksAfter([source], () => {
      source.now.delete('old');
      source.now.set('id1', 'podproof-3f2a91-worker');
    });
    expect(leaks).toEqual(['containers: podproof-3f2a91-worker is new']);
  });

  test('what was in use before and is free now was there before', async () => {
    const source = things({}, 'added');
    source.now.set('kind', undefined).set('other', undefined);
    const leaks = await leaksAfter([source], () => {
      source.now.set('kind', 'kind').set('of somebody else', undefined);
    });
    expect(leaks).toEqual([]);
  });

  test('a file of the user must have the same content and time, or be absent both times', async () => {
    const [kept, touched, written] = ['kept', 'touched', 'written'].map((name) => join(folder, name));
    await Promise.all([kept, touched].map((path) => writeFile(String(path), 'as it was')));
    const leaks = await leaksAfter(
      [foreignFiles([String(kept), String(touched), String(written)])],
      async () => {
        await utimes(String(touched), 1, 1);
        await writeFile(String(written), 'new');
      },
    );
    expect(leaks).toEqual([
      expect.stringMatching(/touched changed from .* to /),
      expect.stringMatching(/written changed from not there to file \d+, sha256/),
    ]);
  });

  test.each<[string, (path: string) => Promise<unknown>, (path: string) => Promise<unknown>]>([
    ['locked by another program', (path) => writeFile(`${path}.lock`, ''), (path) => rm(`${path}.lock`)],
    [
      'read-only',
      (path) => writeFile(path, 'a', { mode: 0o400 }),
      (path) => chmod(path, 0o600).then(() => writeFile(path, 'b')),
    ],
    ['malformed', (path) => writeFile(path, '\0{[\xff'), (path) => writeFile(path, '\0{[')],
    [
      'a link',
      (path) => writeFile(`${path}.real`, 'a').then(() => symlink(`${path}.real`, path)),
      (path) => writeFile(`${path}.real`, 'b'),
    ],
    [
      'a link to nothing',
      (path) => symlink('/nowhere', path),
      (path) => rm(path).then(() => symlink('/elsewhere', path)),
    ],
    ['a link to itself', (path) => symlink(path, path), (path) => rm(path)],
    ['a folder', (path) => mkdir(path), (path) => rm(path, { recursive: true })],
  ])('a kubeconfig that is %s is left alone, and a change of it is seen', async (_how, prepare, change) => {
    const path = join(folder, 'config');
    await prepare(path);
    const source = foreignFiles([path, `${path}.lock`]);
    expect(await leaksAfter([source], () => undefined)).toEqual([]);
    expect(await leaksAfter([source], async () => void (await change(path)))).toHaveLength(1);
  });

  test('a pipe is not read, because that would change it', async () => {
    const path = join(folder, 'config');
    execFileSync('mkfifo', [path]);
    expect(await leaksAfter([foreignFiles([path])], () => undefined)).toEqual([]);
  });

  test('what is no file, or cannot be one, is no reason to stop', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const source = foreignFiles([folder, join(file, 'below')]);
    expect(await leaksAfter([source], () => undefined)).toEqual([]);
  });

  test('a new entry in a folder is a leak, a folder that is not there is empty', async () => {
    const source = folderEntries('state folders', [folder, join(folder, 'absent')]);
    const leaks = await leaksAfter([source], () => writeFile(join(folder, 'left'), ''));
    expect(leaks).toEqual([`state folders: ${folder}/left is new`]);
  });

  test('a source that cannot be read is an error and not "nothing leaked"', async () => {
    const broken: LeakSource = {
      what: 'x',
      leak: 'added',
      list: () => Promise.reject(new Error('engine is gone')),
    };
    await expect(takeSnapshot([broken], deadline)).rejects.toThrow('engine is gone');
  });
});
