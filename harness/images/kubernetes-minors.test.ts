import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { debianPackages } from '../debian/packages.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { KUBERNETES_FOLDER, kubernetesMinors, requireMinor } from './kubernetes-minors.ts';
import { currentResults, planBuild } from './recipe-stages.ts';
import type { Workshop } from './workshop.ts';

/** The recipe itself. */
const recipeDir = join(import.meta.dirname, '../../scripts');
const folder = join(recipeDir, KUBERNETES_FOLDER);

describe('the minors of the recipe', () => {
  test('begin with the newest, which is the default', async () => {
    const minors = await kubernetesMinors(recipeDir);
    expect(minors).toEqual(['1.37', '1.36']);
    expect(await requireMinor(recipeDir, undefined)).toBe(minors[0]);
    expect(await requireMinor(recipeDir, '1.36')).toBe('1.36');
  });

  test('a minor without a recipe is exit 2, with the list of those that have one', async () => {
    await expect(requireMinor(recipeDir, '1.35')).rejects.toMatchObject({
      code: 'KUBERNETES_UNKNOWN',
      exitCode: 2,
      message: expect.stringContaining('There are: 1.37, 1.36.'),
    });
  });

  test('each pins one release of Kubernetes for all its modules, and shares the source', async () => {
    const source = await readFile(join(folder, 'main.go'), 'utf8');
    for (const minor of await kubernetesMinors(recipeDir)) {
      const goMod = await readFile(join(folder, minor, 'go.mod'), 'utf8');
      const [, patch = ''] = new RegExp(`k8s\\.io/kubernetes v${minor}\\.(\\d+)$`, 'm').exec(goMod) ?? [];
      const replaced = [...goMod.matchAll(/^\tk8s\.io\/\S+ => (k8s\.io\/\S+ v\S+)$/gm)].map(
        (match) => match[1],
      );
      expect(replaced.length).toBeGreaterThan(30);
      const release = ` v0.${minor.slice(2)}.${patch}`;
      expect(replaced.filter((each) => each?.endsWith(release) !== true)).toEqual([]);
      expect(await readFile(join(folder, minor, 'main.go'), 'utf8')).toBe(source);
    }
  });

  test('share every stage that Kubernetes is no part of, and are all current', async () => {
    const runner = new ScriptedRunner(() => undefined);
    const shop: Workshop = {
      ...{ runner, recipeDir, cacheDir: '/cache', clock: systemClock, architecture: 'amd64' },
      debian: debianPackages({ cacheDir: '/cache', runner }),
      mirror: () => Promise.reject(new Error('not needed')),
    };
    const [newest, older] = await Promise.all(['1.37', '1.36'].map((minor) => planBuild(shop, minor)));
    const different = [...(newest?.keys ?? [])].filter(([stage, key]) => older?.keys.get(stage) !== key);
    expect(different.map(([stage]) => stage).sort()).toEqual(['images', 'kubernetes', 'minikube', 'preload']);
    const current = await currentResults(shop);
    for (const plan of [newest, older])
      for (const [stage, key] of plan?.keys ?? []) expect(current).toContain(`${stage}-${key}`);
    expect(older?.nodeImage).toMatch(/^podproof-node:v1\.36\.\d+-[0-9a-f]{12}$/);
  });
});
