import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneResults } from './prune-results.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-prune-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('old results of other recipes go, everything else stays', async () => {
  const current = 'images-0123456789ab';
  const other = 'images-ba9876543210';
  for (const name of [current, other, 'lock.guard', 'partial-images-0123456789ab'])
    await mkdir(join(folder, name));
  const keys = new Map([['images', '0123456789ab']]);
  const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
  expect(await pruneResults(folder, keys, days(6))).toEqual([]);
  expect(await pruneResults(folder, keys, days(8))).toEqual([other]);
  expect(await readdir(folder)).toHaveLength(3);
});
