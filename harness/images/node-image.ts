import { access, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { acquireFileLock } from '../core/file-lock.ts';
import type { Progress } from '../core/progress.ts';
import { debianPackages } from '../debian/packages.ts';
import { checkBuildRequirements, thisMachine } from './build-requirements.ts';
import { buildStages, folderOf } from './build-stages.ts';
import { debianMirror } from './debian-mirror.ts';
import { requireMinor } from './kubernetes-minors.ts';
import { loadImages, type EngineCli } from './load-images.ts';
import { CNI_MANIFEST, MINIKUBE_STAGE } from './minikube-stage.ts';
import type { ImageFacts } from './node-stage.ts';
import { pruneResults } from './prune-results.ts';
import { currentResults, FINAL_STAGE, planBuild, type BuildPlan } from './recipe-stages.ts';
import { REGISTRY_IMAGE } from './registry-image.ts';
import { WORKLOAD_IMAGE } from './workload-stage.ts';
import type { Workshop } from './workshop.ts';

export interface BuildOptions {
  readonly runner: CommandRunner;
  /** The product's cache folder; results live in `<cacheDir>/images`, Go's caches in `<cacheDir>/go`. */
  readonly cacheDir: string;
  /** The folder that holds `node-image`, `workload-image` and `registry-image`: `scripts` of this repository. */
  readonly recipeDir: string;
  /** The minor of Kubernetes in the node image, such as 1.36. @default the newest of the recipe */
  readonly kubernetes?: string | undefined;
  readonly progress: Progress;
  readonly deadline: Deadline;
}

/** Images in the cache, not yet in an engine. */
export interface ImageArchive {
  /** The folder of the stage that made it. */
  readonly folder: string;
  /** In the format of `docker save`. */
  readonly file: string;
  /** podproof-node:v1.37.2-3f2a91c0d5e7 */
  readonly node: string;
  readonly workload: string;
  /** sha256:… */
  readonly workloadId: string;
  readonly registry: string;
  /** sha256:… */
  readonly registryId: string;
  readonly kubernetesVersion: string;
  /** True when nothing had to be built. */
  readonly cached: boolean;
}

export type BuiltImages = Pick<ImageArchive, 'node' | 'workload' | 'kubernetesVersion' | 'cached'>;

/**
 * Makes sure that the engine has our node image, workload image and registry image: from the engine itself, from the archive in the
 * cache, or built from Debian packages and Go modules (about 10 minutes on two cores, once).
 *
 * @throws UsageError KUBERNETES_UNKNOWN;
 *   EnvironmentError NODE_IMAGE_REQUIREMENTS, DEBIAN_PACKAGES_UNAVAILABLE, GO_MODULES_UNAVAILABLE;
 *   InfrastructureError IMAGE_BUILD_FAILED, IMAGE_LOAD_FAILED; TimeoutError
 * @example const { node } = await ensureNodeImage({ engine: { argv0: 'docker', env: {} }, runner: local(), ... })
 */
export async function ensureNodeImage(
  options: BuildOptions & { readonly engine: EngineCli },
): Promise<BuiltImages> {
  const archive = await buildImages(options);
  await loadImages({ ...options, images: archive });
  const { node, workload, kubernetesVersion, cached } = archive;
  return { node, workload, kubernetesVersion, cached };
}

/** The base image of minikube's nodes, and the file that brings their network plugin. */
export interface MinikubeImages extends BuiltImages {
  readonly cniManifest: string;
}

/**
 * The same for minikube's base image, which is the node image with one more layer. Only this function builds it.
 *
 * @throws as {@link ensureNodeImage}
 */
export async function ensureMinikubeImage(
  options: BuildOptions & { readonly engine: EngineCli },
): Promise<MinikubeImages> {
  const archive = await buildImages(options, MINIKUBE_STAGE);
  await loadImages({ ...options, images: archive });
  const { node, workload, kubernetesVersion, cached, folder } = archive;
  return { node, workload, kubernetesVersion, cached, cniManifest: join(folder, CNI_MANIFEST) };
}

/** What there is of our node image before anything is built. */
export interface NodeImageLook {
  /** podproof-node:v1.37.2-3f2a91c0d5e7 */
  readonly node: string;
  /** True when the cache holds it, so that nothing has to be built. */
  readonly built: boolean;
}

/**
 * Tells the name of our node image and whether it was built, in milliseconds and without changing anything.
 *
 * @throws UsageError KUBERNETES_UNKNOWN
 */
export async function lookForNodeImage(options: Looking): Promise<NodeImageLook> {
  return look(options, FINAL_STAGE);
}

type Looking = Pick<BuildOptions, 'runner' | 'cacheDir' | 'recipeDir' | 'kubernetes'>;

/** Stages that end in an archive for an engine. */
type ImageStage = typeof FINAL_STAGE | typeof MINIKUBE_STAGE;

/** The same for minikube's base image. */
export async function lookForMinikubeImage(options: Looking): Promise<NodeImageLook> {
  return look(options, MINIKUBE_STAGE);
}

async function look(options: Looking, target: ImageStage): Promise<NodeImageLook> {
  const plan = await planOf(workshop(options), options);
  const folder = folderOf(target, { folder: join(options.cacheDir, 'images'), keys: plan.keys });
  return { node: imageOf(plan, target), built: await isPresent(folder) };
}

function imageOf({ nodeImage, minikubeImage }: BuildPlan, target: ImageStage): string {
  return target === FINAL_STAGE ? nodeImage : minikubeImage;
}

/** The part of {@link ensureNodeImage} that needs no engine, so that it can run while one starts. */
async function buildImages(options: BuildOptions, target: ImageStage = FINAL_STAGE): Promise<ImageArchive> {
  const { cacheDir, deadline, progress } = options;
  const shop = workshop(options);
  const plan = await planOf(shop, options);
  const place = { folder: join(cacheDir, 'images'), keys: plan.keys };
  const result = folderOf(target, place);
  if (await isPresent(result)) return describe(plan, { folder: result, target, cached: true });
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  await checkBuildRequirements(options.runner, await thisMachine(cacheDir), deadline);
  await using _lock = await lockOf(place.folder, options);
  const folder = await buildStages(plan.stages, target, {
    ...place,
    deadline,
    progress,
    // Compilers share the cores anyway; two at once let one of them download while the other computes.
    widths: { cpu: 2, network: 2 },
  });
  await pruneResults(place.folder, await currentResults(shop), systemClock.date());
  return await describe(plan, { folder, target, cached: false });
}

async function planOf(shop: Workshop, { kubernetes }: Pick<BuildOptions, 'kubernetes'>): Promise<BuildPlan> {
  return planBuild(shop, await requireMinor(shop.recipeDir, kubernetes));
}

async function lockOf(folder: string, { deadline, progress }: BuildOptions): Promise<AsyncDisposable> {
  let step: ReturnType<Progress['step']> | undefined;
  const lock = await acquireFileLock(join(folder, 'lock'), {
    deadline,
    onWait: (owner) => {
      step ??= progress.step('node image: another podproof builds it');
      step.update(`waiting for process ${String(owner.pid)}`);
    },
  });
  step?.done('it has finished');
  return lock;
}

async function describe(
  plan: BuildPlan,
  {
    folder,
    target,
    cached,
  }: { readonly folder: string; readonly target: ImageStage; readonly cached: boolean },
): Promise<ImageArchive> {
  const facts: unknown = JSON.parse(await readFile(join(folder, 'images.json'), 'utf8'));
  return {
    folder,
    file: join(folder, 'images.tar'),
    node: imageOf(plan, target),
    workload: WORKLOAD_IMAGE,
    workloadId: isFacts(facts) ? facts.workloadId : '',
    registry: REGISTRY_IMAGE,
    registryId: isFacts(facts) ? facts.registryId : '',
    kubernetesVersion: plan.kubernetesVersion,
    cached,
  };
}

function isFacts(value: unknown): value is ImageFacts {
  return typeof value === 'object' && value !== null && 'workloadId' in value && 'registryId' in value;
}

function workshop({
  runner,
  cacheDir,
  recipeDir,
}: Pick<BuildOptions, 'runner' | 'cacheDir' | 'recipeDir'>): Workshop {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const debian = debianPackages({ cacheDir, runner });
  const mirror: Workshop['mirror'] = (deadline) => debianMirror(runner, deadline);
  return { runner, clock: systemClock, cacheDir, recipeDir, debian, architecture, mirror };
}

async function isPresent(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
