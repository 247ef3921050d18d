import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import type { ProviderDeps } from '../deps.ts';
import { isAvailable, requested } from '../image-availability.ts';
import { askMinikube, type MinikubeSearch } from './ask.ts';
import type { OwnBase } from './start-argv.ts';

export interface BaseChoice {
  readonly image: string;
  /** For people: why this one. */
  readonly why: string;
  /** The workload image when the base image should have it inside already. */
  readonly workload: string | undefined;
  /** What the command line says; minikube's own image needs no flag. */
  readonly flag: string | undefined;
  readonly own: OwnBase | undefined;
}

/**
 * Chooses the base image of the nodes: the one asked for, else minikube's own when it is in the engine or its registry
 * answers the engine, else the one that podproof builds.
 *
 * @throws UsageError IMAGE_NOT_FOUND when the image asked for is neither in the engine nor in a registry
 */
export async function chooseBase(
  spec: ClusterSpec,
  options: ProviderOptions,
  deps: Pick<ProviderDeps, 'docker' | 'images' | 'shell'>,
): Promise<BaseChoice> {
  const ofOthers = { workload: undefined, own: undefined };
  if (spec.image !== undefined) {
    const image = await requested(spec.image, options.deadline, deps);
    return { image, why: 'as asked for', flag: image, ...ofOthers };
  }
  const stock = await stockBase({ shell: deps.shell, deadline: options.deadline });
  if (stock !== undefined && (await isAvailable(stock, options.deadline, deps))) {
    return { image: stock, why: "minikube's own", flag: undefined, ...ofOthers };
  }
  const { kubernetes } = spec;
  const images = await deps.images.ensureMinikube({ ...options, kubernetes });
  const { node, workload, kubernetesVersion, cniManifest } = images;
  const own = { kubernetesVersion, cniManifest };
  return { image: node, why: 'our own, no registry answers', workload, flag: node, own };
}

/** The base image that this minikube uses when it is not told. Only its help tells. */
export async function stockBase(search: MinikubeSearch): Promise<string | undefined> {
  const help = await askMinikube(['start', '--help'], search);
  return parseDefaultBase(help.stdout);
}

/**
 * @example parseDefaultBase("    --base-image='gcr.io/k8s-minikube/kicbase:v0.0.50@sha256:…':\n") // 'gcr.io/…'
 * @returns undefined when the help does not tell it
 */
export function parseDefaultBase(help: string): string | undefined {
  return /--base-image='([^']+)'/.exec(help)?.[1];
}
