import { TASKS_PER_POD } from '../nodes/tasks-per-pod.ts';

export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
}

export interface KindConfigInput {
  readonly nodes: number;
  readonly image: string;
  /** `1` or `2`, as the engine tells. */
  readonly cgroupVersion: string;
  /** Ports of the control plane to offer on this machine's loopback. None unless somebody asks. */
  readonly mappings?: readonly PortMapping[];
}

const LOOPBACK = '127.0.0.1';

/**
 * The configuration for `kind create cluster`, as JSON (which is YAML). Everything that could listen on this machine
 * listens on loopback only: kind's own default for port mappings is every address.
 *
 * On cgroup v1 the kubelet is told to start anyway: since 1.35 it refuses, and kind has no switch for it.
 *
 * @example kindConfig({ nodes: 3, image: 'podproof-node:v1.37.2-3f2a91', cgroupVersion: '1' })
 */
export function kindConfig({ nodes, image, cgroupVersion, mappings = [] }: KindConfigInput): string {
  const controlPlane = {
    role: 'control-plane',
    ...(mappings.length === 0
      ? {}
      : { extraPortMappings: mappings.map((mapping) => ({ ...mapping, listenAddress: LOOPBACK })) }),
  };
  const workers = Array.from({ length: nodes - 1 }, () => ({ role: 'worker' }));
  const patches = patchesFor({ image, cgroupVersion });
  return JSON.stringify(
    {
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      networking: { ipFamily: 'ipv4', apiServerAddress: LOOPBACK },
      kubeadmConfigPatches: patches.map((patch) => JSON.stringify(patch)),
      nodes: [controlPlane, ...workers],
    },
    undefined,
    2,
  );
}

type Patch = Readonly<Record<string, unknown>>;

/**
 * What podproof changes in the defaults of kind and kubeadm so that a cluster comes up here, one object per patch.
 * The record tells them: a cluster that was changed is not the one that others have.
 */
export function patchesFor({
  image,
  cgroupVersion,
}: Pick<KindConfigInput, 'image' | 'cgroupVersion'>): readonly Patch[] {
  const forCgroupV1 = cgroupVersion === '1' ? cgroupV1(image) : {};
  return [{ kind: 'KubeletConfiguration', ...forCgroupV1, podPidsLimit: TASKS_PER_POD }, ...patience(image)];
}

/** `failCgroupV1` is known since Kubernetes 1.31; an older kubelet refuses a configuration that has it. */
function cgroupV1(image: string): Readonly<Record<string, unknown>> {
  return { ...(minorOf(image) >= 31 ? { failCgroupV1: false } : {}), cgroupDriver: 'cgroupfs' };
}

/**
 * kubeadm gives the API server one minute to answer, too little on a busy laptop (seen with a load of 20 on two
 * cores); our own deadline ends the wait anyway. The field belongs to v1beta4, which kind uses from 1.36 on.
 */
function patience(image: string): readonly Patch[] {
  if (minorOf(image) < 36) return [];
  const timeouts = { kubernetesAPICall: '4m0s', etcdAPICall: '4m0s' };
  return ['InitConfiguration', 'JoinConfiguration'].map((kind) => ({ kind, timeouts }));
}

/** An image whose tag tells no version is taken for a new one. */
function minorOf(image: string): number {
  return Number(/:v1\.(\d+)\./.exec(image)?.[1] ?? '99');
}
