import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { UsageError } from '../../core/errors.ts';
import { K3S_MODULE } from '../../docker/k3s-container.ts';
import type { ProviderDeps } from '../deps.ts';
import { fingerprint } from '../fingerprint.ts';
import type { ClusterPlan } from '../lifecycle/node-maker.ts';
import { chooseImage } from './image-choice.ts';

/**
 * Decides which image. May take long the first time: our own is built then.
 *
 * @throws UsageError NODES, IMAGE_NOT_FOUND
 */
export async function planCluster(
  spec: ClusterSpec,
  options: ProviderOptions,
  deps: ProviderDeps,
): Promise<ClusterPlan> {
  if (spec.nodes !== 1) {
    throw new UsageError('NODES', `The k3s module makes one node, not ${String(spec.nodes)}.`, {
      hint: 'Leave --nodes out, or take --provider kind.',
    });
  }
  const engine = await deps.docker.facts(options.deadline);
  const { image, what, workload } = await chooseImage(spec, options, deps);
  return {
    image,
    workload,
    madeBy: {},
    fingerprint: fingerprint({ image, workload: workload ?? '' }),
    facts: {
      k3s: `module ${K3S_MODULE}, ${what}`,
      engine: engine.version,
      cgroup: `v${engine.cgroupVersion}`,
      image,
    },
  };
}
