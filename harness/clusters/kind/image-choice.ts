import { Deadline } from '../../core/deadline.ts';
import { UsageError } from '../../core/errors.ts';
import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import type { ProviderDeps } from '../deps.ts';
import { stockImage } from './version.ts';

export interface ImageChoice {
  readonly image: string;
  /** For people: why this one. */
  readonly why: string;
  /** The workload image when the node image should have it inside already. */
  readonly workload: string | undefined;
}

/** A registry that answers does so within a second; where none can be reached, nobody should wait for it. */
const PROBE_MS = 3000;

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
  if (spec.image !== undefined) return requested(spec.image, options.deadline, deps);
  const { kubernetes } = spec;
  const stock = stockImage(kindVersion, kubernetes);
  if (stock !== undefined && (await isAvailable(stock, options.deadline, deps))) {
    const why = kubernetes === undefined ? "kind's default" : `kind's for Kubernetes ${kubernetes}`;
    return { image: stock, why, workload: undefined };
  }
  const { node, workload } = await deps.images.ensureImages({ ...options, kubernetes });
  return { image: node, why: 'our own, no registry answers', workload };
}

async function requested(
  image: string,
  deadline: Deadline,
  deps: Pick<ProviderDeps, 'docker'>,
): Promise<ImageChoice> {
  if (await isAvailable(image, deadline, deps)) return { image, why: 'as asked for', workload: undefined };
  throw new UsageError(
    'IMAGE_NOT_FOUND',
    `The node image ${image} is neither in the engine nor in its registry.`,
    {
      hint: 'Check the name, or leave --image out: podproof then finds or builds one.',
    },
  );
}

async function isAvailable(
  image: string,
  deadline: Deadline,
  { docker }: Pick<ProviderDeps, 'docker'>,
): Promise<boolean> {
  if (await docker.images.has(image, deadline)) return true;
  const probe = Deadline.in(PROBE_MS, 'the image registry', deadline.signal);
  const answered = await docker.images.isInRegistry(image, probe);
  // A silent registry is no registry; an interrupted run is something else.
  deadline.signal.throwIfAborted();
  return answered;
}
