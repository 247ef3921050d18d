import type { ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { UsageError } from '../../core/errors.ts';
import { K3S_MODULE } from '../../docker/k3s-container.ts';
import type { ProviderDeps } from '../deps.ts';
import { fingerprint } from '../fingerprint.ts';
import type { ClusterPlan } from '../lifecycle/node-maker.ts';
import { chooseImage } from './image-choice.ts';

export interface K3sPlan extends ClusterPlan {
  /** For k3s: `server` and its arguments. */
  readonly command: readonly string[];
}

/** The module's own; `--disable=traefik` saves an ingress controller that nobody here asks. */
const COMMAND = ['server', '--disable=traefik'];

/** Since 1.35 the kubelet refuses to start on cgroup v1 otherwise. */
export const ON_CGROUP_V1 = '--kubelet-arg=fail-cgroupv1=false';

/**
 * Decides which image. May take long the first time: our own is built then.
 *
 * @throws UsageError NODES, IMAGE_NOT_FOUND
 */
export async function planCluster(
  spec: ClusterSpec,
  options: ProviderOptions,
  deps: ProviderDeps,
): Promise<K3sPlan> {
  if (spec.nodes !== 1) {
    throw new UsageError('NODES', `The k3s module makes one node, not ${String(spec.nodes)}.`, {
      hint: 'Leave --nodes out, or take --provider kind.',
    });
  }
  const engine = await deps.docker.facts(options.deadline);
  const { image, what, workload } = await chooseImage(spec, options, deps);
  const patches = engine.cgroupVersion === '1' ? [ON_CGROUP_V1] : [];
  const command = [...COMMAND, ...patches];
  return {
    image,
    command,
    workload,
    madeBy: {},
    fingerprint: fingerprint({ image, workload: workload ?? '', command: command.join(' ') }),
    facts: {
      k3s: `module ${K3S_MODULE}, ${what}`,
      engine: engine.version,
      cgroup: `v${engine.cgroupVersion}`,
      image,
      patches: patches.join(' ') || 'none',
    },
  };
}
