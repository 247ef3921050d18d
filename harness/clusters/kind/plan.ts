import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { UsageError } from '../../core/errors.ts';
import type { ProviderDeps } from '../deps.ts';
import { fingerprint } from '../fingerprint.ts';
import type { ClusterPlan } from '../lifecycle/node-maker.ts';
import { ensureKind, type KindBinary } from './binary.ts';
import { kindConfig, patchesFor } from './config.ts';
import { chooseImage } from './image-choice.ts';

/** More has never been tried here. */
export const MOST_NODES = 9;

export interface KindPlan extends ClusterPlan {
  readonly kind: KindBinary;
  /** The file for `kind create cluster --config`. */
  readonly config: string;
}

/**
 * Decides which kind, which image and which configuration. May take long the first time: kind and the image are
 * built then. Clusters with the same configuration and the same image are interchangeable, so kind's own version
 * is no part of the fingerprint.
 */
export async function planCluster(
  spec: ClusterSpec,
  options: ProviderOptions,
  deps: ProviderDeps,
): Promise<KindPlan> {
  if (!Number.isInteger(spec.nodes) || spec.nodes < 1 || spec.nodes > MOST_NODES) {
    throw new UsageError(
      'NODES',
      `A cluster of kind has 1 to ${String(MOST_NODES)} nodes, not ${String(spec.nodes)}.`,
      { hint: '--nodes 3' },
    );
  }
  const engine = await deps.docker.facts(options.deadline);
  const kind = await ensureKind({ ...options, shell: deps.shell, cacheDir: deps.cacheDir });
  const { image, workload, why } = await chooseImage(spec, kind.version, options, deps);
  const config = kindConfig({ nodes: spec.nodes, image, cgroupVersion: engine.cgroupVersion });
  return {
    kind,
    image,
    workload,
    config,
    madeBy: { kind: kind.version },
    fingerprint: fingerprint({ config, image, workload: workload ?? '' }),
    facts: {
      kind: kind.version,
      engine: engine.version,
      cgroup: `v${engine.cgroupVersion}`,
      image: `${image} (${why})`,
      patches: describePatches(patchesFor({ image, cgroupVersion: engine.cgroupVersion })),
    },
  };
}

/** @example 'KubeletConfiguration: failCgroupV1 false, cgroupDriver "cgroupfs"' */
function describePatches(patches: ReturnType<typeof patchesFor>): string {
  const described = patches.map(({ kind, ...fields }) => {
    const changes = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return `${String(kind)}: ${changes.join(', ')}`;
  });
  return described.length === 0 ? 'none' : described.join('; ');
}
