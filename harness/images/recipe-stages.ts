import { goPrograms } from './go-programs.ts';
import { goStage } from './go-modules.ts';
import { kubernetesMinors } from './kubernetes-minors.ts';
import { MINIKUBE_REPOSITORY, MINIKUBE_STAGE, minikubeStage } from './minikube-stage.ts';
import { NODE_REPOSITORY, nodeStage } from './node-stage.ts';
import { pauseStage } from './pause-stage.ts';
import { preloadStage } from './preload-stage.ts';
import { rootfsStage } from './rootfs-stage.ts';
import { seccompStage } from './seccomp-stage.ts';
import type { Stage } from './stage.ts';
import { resultName, stageKeys } from './stage-keys.ts';
import { workloadStage } from './workload-stage.ts';
import type { Workshop } from './workshop.ts';

/** The name of the stage that everything ends in. */
export const FINAL_STAGE = 'images';

/** A build that is planned and not started: what would be made, and under which names. */
export interface BuildPlan {
  readonly stages: readonly Stage[];
  readonly keys: ReadonlyMap<string, string>;
  readonly kubernetesVersion: string;
  /** podproof-node:v1.37.2-3f2a91c0d5e7 */
  readonly nodeImage: string;
  /** podproof-minikube:v1.37.2-0c9a17d2be41 */
  readonly minikubeImage: string;
}

/**
 * Reads the recipe and works out all keys. Takes milliseconds.
 *
 * @param minor of Kubernetes, such as 1.37
 */
export async function planBuild(shop: Workshop, minor: string): Promise<BuildPlan> {
  const { programs, kubernetesVersion } = await goPrograms(shop, minor);
  let nodeImage = '';
  let minikubeImage = '';
  const stages = [
    rootfsStage(shop),
    seccompStage(shop),
    ...programs.map((program) => goStage(shop, program)),
    pauseStage(shop),
    workloadStage(shop),
    preloadStage(shop, kubernetesVersion),
    nodeStage(shop, { kubernetesVersion, nodeTag: () => nodeImage }),
    minikubeStage(shop, { kubernetesVersion, baseTag: () => minikubeImage }),
  ];
  const keys = await stageKeys(stages);
  nodeImage = `${NODE_REPOSITORY}:${kubernetesVersion}-${keys.get(FINAL_STAGE) ?? ''}`;
  minikubeImage = `${MINIKUBE_REPOSITORY}:${kubernetesVersion}-${keys.get(MINIKUBE_STAGE) ?? ''}`;
  return { stages, keys, kubernetesVersion, nodeImage, minikubeImage };
}

/**
 * The names of all results that the recipe leads to as it is, whichever minor is asked for: what one of them needs
 * is no leftover while another is built.
 */
export async function currentResults(shop: Workshop): Promise<ReadonlySet<string>> {
  const minors = await kubernetesMinors(shop.recipeDir);
  const plans = await Promise.all(minors.map((minor) => planBuild(shop, minor)));
  return new Set(plans.flatMap(({ keys }) => [...keys].map(([stage, key]) => resultName(stage, key))));
}
