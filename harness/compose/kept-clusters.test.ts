import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { reserve, stateFolder } from '../clusters/cluster-record.ts';
import { identityOf } from '../core/process-identity.ts';
import { hasKeptClusters } from './kept-clusters.ts';

test('a kept cluster keeps its own engine, and no other', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'podproof-kept-'));
  try {
    const name = 'podproof-00000a';
    const folder = stateFolder(cacheDir, name);
    await reserve(folder);
    const common = { schema: 1, provider: 'kind', phase: 'ready', fingerprint: 'f', notes: {} } as const;
    const record = { ...common, name, owner: await identityOf(), createdAt: '', endpoint: 'unix:///theirs' };
    await folder.write({ ...record, kept: true });
    expect(await hasKeptClusters(cacheDir, 'unix:///theirs')).toBe(true);
    expect(await hasKeptClusters(cacheDir, 'unix:///embedded')).toBe(false);
    await folder.write({ ...record, kept: false });
    expect(await hasKeptClusters(cacheDir, 'unix:///theirs')).toBe(false);
  } finally {
    await rm(cacheDir, { recursive: true });
  }
});
