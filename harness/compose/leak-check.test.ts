import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { attachmentsFolder } from '../clusters/attached/attachments.ts';
import { fakeDocker } from '../clusters/kind/fake-docker.ts';
import { newWorld, type World } from '../clusters/kind/fake-world.ts';
import { addNode } from '../clusters/minikube/fake-minikube.ts';
import { Deadline } from '../core/deadline.ts';
import { startAttachedLeakCheck, startLeakCheck } from './leak-check.ts';

let cacheDir: string;
let world: World;
const deadline = Deadline.in(5000, 'the look');

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'podproof-leaks-'));
  world = newWorld();
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

/** What is left behind when these containers of minikube appear during a run. */
async function leaksOf(...names: readonly string[]): Promise<readonly string[]> {
  const clusters = {
    list: () =>
      Promise.resolve([
        { name: 'podproof-00000a', kept: true, createdAt: '', owner: 'dead', reachable: true } as const,
      ]),
    destroy: () => Promise.resolve(),
  };
  const parts = { docker: fakeDocker(world), clusters, cacheDir, engineIsOurs: false };
  const lookAgain = await startLeakCheck(parts, deadline);
  for (const name of names) addNode(world, name);
  return lookAgain(deadline);
}

test('a node of minikube that is left behind is a leak', async () => {
  expect(await leaksOf('podproof-00000b', 'podproof-00000b-m02')).toEqual([
    'containers: podproof-00000b is new',
    'containers: podproof-00000b-m02 is new',
  ]);
});

test('a kept cluster is none, and what somebody else started meanwhile is none either', async () => {
  expect(await leaksOf('podproof-00000a', 'podproof-00000a-m02', 'minikube', 'minikube-m02')).toEqual([]);
});

test('what another live run attaches meanwhile is no leak of this one, what nobody holds is', async () => {
  const name = 'podproof-00000c';
  const owners = { owner: 'alive' as 'alive' | 'dead' };
  const attachments = {
    list: () => Promise.resolve([{ name, kept: false, createdAt: '', reachable: true, ...owners }]),
  };
  const lookAgain = await startAttachedLeakCheck({ attachments, cacheDir }, deadline);
  await mkdir(join(attachmentsFolder(cacheDir), name), { recursive: true });
  expect(await lookAgain(deadline)).toEqual([]);
  owners.owner = 'dead';
  expect(await lookAgain(deadline)).toEqual([
    expect.stringMatching(/^attachments: .*podproof-00000c is new$/),
  ]);
});
