import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { systemClock } from '../core/clock.ts';
import { debianPackages } from '../debian/packages.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { kubernetesMinors } from './kubernetes-minors.ts';
import { MINIKUBE_STAGE } from './minikube-stage.ts';
import { FINAL_STAGE, planBuild } from './recipe-stages.ts';
import type { Stage } from './stage.ts';
import type { Workshop } from './workshop.ts';

const recipeDir = fileURLToPath(new URL('../../scripts', import.meta.url));

const runner = new ScriptedRunner();
/** Planning reads the recipe and nothing else. */
const shop: Workshop = {
  ...{ runner, recipeDir, cacheDir: '/cache', clock: systemClock, architecture: 'amd64' },
  debian: debianPackages({ cacheDir: '/cache', runner }),
  mirror: () => Promise.reject(new Error('not needed')),
};

/** The stage and everything that is made for it. */
function withNeeds(name: string, stages: readonly Stage[]): Set<string> {
  const { needs } = stages.find((stage) => stage.name === name) ?? { needs: [] };
  return new Set([name, ...needs.flatMap((need) => [...withNeeds(need, stages)])]);
}

test.each(await kubernetesMinors(recipeDir))(
  'with Kubernetes %s users of kind build nothing for minikube, and minikube builds on their node image',
  async (minor) => {
    const { stages, minikubeImage, nodeImage, kubernetesVersion } = await planBuild(shop, minor);
    const forKind = withNeeds(FINAL_STAGE, stages);
    const forMinikube = withNeeds(MINIKUBE_STAGE, stages);
    expect([...forKind].filter((stage) => /minikube|crictl/.test(stage))).toEqual([]);
    expect([...forMinikube]).toEqual(expect.arrayContaining([...forKind, 'crictl']));
    expect(minikubeImage).toMatch(new RegExp(`^podproof-minikube:${kubernetesVersion}-[0-9a-f]{12}$`));
    expect(minikubeImage.split('-').at(-1)).not.toBe(nodeImage.split('-').at(-1));
  },
);
