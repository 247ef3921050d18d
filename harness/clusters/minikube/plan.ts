import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { UsageError } from '../../core/errors.ts';
import type { ProviderDeps } from '../deps.ts';
import { fingerprint } from '../fingerprint.ts';
import type { ClusterPlan } from '../lifecycle/node-maker.ts';
import { requireMinikube } from './binary.ts';
import { chooseBase } from './image-choice.ts';
import { startFlags, type Start } from './start-argv.ts';

export interface MinikubePlan extends ClusterPlan {
  readonly version: string;
  readonly start: Start;
}

/** More has never been tried here. */
export const MOST_NODES = 9;

/**
 * Decides which base image and which flags. May take long the first time: the image is built then.
 *
 * @throws EnvironmentError MINIKUBE_MISSING; UsageError NODES, IMAGE_NOT_FOUND; what building the image throws
 */
export async function planCluster(
  spec: ClusterSpec,
  options: ProviderOptions,
  deps: ProviderDeps,
): Promise<MinikubePlan> {
  if (!Number.isInteger(spec.nodes) || spec.nodes < 1 || spec.nodes > MOST_NODES) {
    throw new UsageError(
      'NODES',
      `A cluster of minikube has 1 to ${String(MOST_NODES)} nodes, not ${String(spec.nodes)}.`,
      { hint: '--nodes 3' },
    );
  }
  const version = await requireMinikube({ ...options, shell: deps.shell });
  const engine = await deps.docker.facts(options.deadline);
  const { image, workload, why, flag, own } = await chooseBase(spec, options, deps);
  const { nodes, kubernetes } = spec;
  const start = { nodes, image: flag, kubernetes, own, isRoot: process.getuid?.() === 0 };
  const flags = startFlags(start).join(' ');
  return {
    version,
    start,
    image,
    workload,
    madeBy: { minikube: version },
    fingerprint: fingerprint({ image, workload: workload ?? '', flags }),
    facts: {
      minikube: version,
      engine: engine.version,
      cgroup: `v${engine.cgroupVersion}`,
      image: `${image} (${why})`,
      flags,
    },
  };
}
