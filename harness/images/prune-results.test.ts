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
  const current = ['images-0123456789ab', 'images-cdef01234567', 'base-image-0123456789ab'];
  const others = ['base-image-ba9876543210', 'images-ba9876543210'];
  const strange = ['lock.guard', 'partial-images-0123456789ab', 'partial-base-image-0123456789ab'];
  for (const name of [...current, ...others, ...strange]) await mkdir(join(folder, name));
  const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
  expect(await pruneResults(folder, new Set(current), days(6))).toEqual([]);
  expect(await pruneResults(folder, new Set(current), days(8))).toEqual(others);
  expect((await readdir(folder)).sort()).toEqual([...current, ...strange].sort());
});
