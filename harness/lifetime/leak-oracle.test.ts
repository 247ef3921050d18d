import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
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
      expect.stringMatching(/written changed from not there to sha256/),
    ]);
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
