import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import type { ProviderDeps } from '../deps.ts';
import { isAvailable, requested } from '../image-availability.ts';
import { stockImage } from './version.ts';

export interface ImageChoice {
  readonly image: string;
  /** For people: why this one. */
  readonly why: string;
  /** The workload image when the node image should have it inside already. */
  readonly workload: string | undefined;
}

/**
 * Chooses the node image: the one asked for, else kind's own for the version of Kubernetes when it is in the engine
 * or its registry answers the engine, else the image that podproof builds itself.
 *
 * @throws UsageError IMAGE_NOT_FOUND when the image asked for is neither in the engine nor in a registry
 */
export async function chooseImage(
  spec: ClusterSpec,
  kindVersion: string,
  options: ProviderOptions,
  deps: Pick<ProviderDeps, 'docker' | 'images'>,
): Promise<ImageChoice> {
  if (spec.image !== undefined) {
    const image = await requested(spec.image, options.deadline, deps);
    return { image, why: 'as asked for', workload: undefined };
  }
  const { kubernetes } = spec;
  const stock = stockImage(kindVersion, kubernetes);
  if (stock !== undefined && (await isAvailable(stock, options.deadline, deps))) {
    const why = kubernetes === undefined ? "kind's default" : `kind's for Kubernetes ${kubernetes}`;
    return { image: stock, why, workload: undefined };
  }
  const { node, workload } = await deps.images.ensureImages({ ...options, kubernetes });
  return { image: node, why: 'our own, no registry answers', workload };
}
