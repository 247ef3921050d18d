import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProviderId } from '../core/cluster.ts';
import { Deadline } from '../core/deadline.ts';
import { identityOf } from '../core/process-identity.ts';
import { reserve, stateFolder } from './cluster-record.ts';
import type { KeepingProvider, OwnedCluster } from './deps.ts';
import { everyProvider } from './every-provider.ts';

const KNOWN = 'podproof-00000a';
const DAMAGED = 'podproof-00000b';
let cacheDir: string;
let removed: string[];

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'podproof-every-'));
  removed = [];
  for (const name of [KNOWN, DAMAGED]) await reserve(stateFolder(cacheDir, name));
  await stateFolder(cacheDir, KNOWN).write({
    ...{ schema: 1, name: KNOWN, provider: 'minikube', owner: await identityOf(), phase: 'ready' },
    ...{ kept: false, fingerprint: '', endpoint: '', createdAt: '', notes: {} },
  });
});

afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function provider(id: ProviderId, names: readonly string[]): KeepingProvider {
  const owned = (name: string): OwnedCluster => ({
    ...{ name, kept: false, createdAt: '', owner: 'dead', reachable: true },
  });
  return {
    id,
    list: () => Promise.resolve(names.map(owned)),
    destroy: (name) => Promise.resolve(void removed.push(`${id} ${name}`)),
    findKept: () => Promise.resolve(undefined),
    create: () => Promise.reject(new Error('not asked for')),
    diagnose: () => Promise.resolve(),
    keep: () => Promise.resolve(),
  };
}

test('a cluster is removed by its own provider, one with a damaged record by all', async () => {
  const all = everyProvider([provider('kind', [DAMAGED]), provider('minikube', [KNOWN, DAMAGED])], cacheDir);
  expect((await all.list()).map(({ name }) => name)).toEqual([DAMAGED, KNOWN]);
  for (const name of [KNOWN, DAMAGED]) await all.destroy(name, Deadline.in(1000, 'the removal'));
  expect(removed).toEqual([`minikube ${KNOWN}`, `kind ${DAMAGED}`, `minikube ${DAMAGED}`]);
});
