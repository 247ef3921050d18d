import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { engineLeftovers } from './engine-leftovers.ts';

let cache: string;

beforeAll(async () => {
  cache = await realpath(await mkdtemp(join(tmpdir(), 'podproof-left-')));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

test('a cache that was never used has nothing left', async () => {
  expect(await engineLeftovers(cache)).toEqual([]);
});

test('everything that a dead run can leave is found', async () => {
  for (const folder of [
    'engine/data/containers/0123456789abcdef',
    'engine/data/volumes/v1',
    'engine/leases',
    'clusters/podproof-3f2a91',
  ])
    await mkdir(join(cache, folder), { recursive: true });
  await writeFile(join(cache, 'engine/data/volumes/metadata.db'), '');
  await writeFile(join(cache, 'engine/leases/1-ab.json'), '{}');
  await writeFile(join(cache, 'engine/host-before.json'), '{}');
  const program = join(cache, 'engine/dockerd');
  await cp('/bin/sleep', program, { dereference: true });
  const child = spawn(program, ['100'], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    expect(await engineLeftovers(cache)).toEqual([
      `process ${String(child.pid)}: ${program}`,
      'container 0123456789abcdef',
      'volume v1',
      'cluster folder podproof-3f2a91',
      'user of the engine 1-ab.json',
      'record of the host host-before.json',
    ]);
  } finally {
    child.kill('SIGKILL');
  }
});
