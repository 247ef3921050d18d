import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import type { ProviderDeps } from '../deps.ts';
import { isAvailable, requested } from '../image-availability.ts';

export interface K3sImage {
  readonly image: string;
  /** What runs in it, for people. Ours is no k3s, and is never called so. */
  readonly what: string;
  /** The workload image when the node image has it inside already. */
  readonly workload: string | undefined;
}

/** k3s itself, pinned: the newest one could be any. */
export const K3S_IMAGE = 'rancher/k3s:v1.36.2-k3s1';

/**
 * k3s itself, if it is of the minor that is asked for.
 *
 * @returns undefined when the k3s that we know has another version of Kubernetes
 */
export function stockK3s(minor: string | undefined): string | undefined {
  return minor === undefined || K3S_IMAGE.includes(`:v${minor}.`) ? K3S_IMAGE : undefined;
}

/**
 * Chooses the image: the one asked for, else k3s itself when it is in the engine or its registry answers, else our node
 * image with an entrypoint that starts the same components as plain processes.
 *
 * @throws UsageError IMAGE_NOT_FOUND when the image asked for is neither in the engine nor in a registry
 */
export async function chooseImage(
  spec: ClusterSpec,
  options: ProviderOptions,
  deps: Pick<ProviderDeps, 'docker' | 'images'>,
): Promise<K3sImage> {
  if (spec.image !== undefined) {
    const image = await requested(spec.image, options.deadline, deps);
    return { image, what: `${image}, as asked for`, workload: undefined };
  }
  const { kubernetes } = spec;
  const stock = stockK3s(kubernetes);
  if (stock !== undefined && (await isAvailable(stock, options.deadline, deps)))
    return { image: stock, what: stock, workload: undefined };
  const { node, workload } = await deps.images.ensureK3sLike({ ...options, kubernetes });
  return { image: node, what: 'our node image with a k3s-like entrypoint', workload };
}
