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
  const patches = cgroupVersion === '1' ? [JSON.stringify(kubeletForCgroupV1(image))] : [];
  return JSON.stringify(
    {
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      networking: { ipFamily: 'ipv4', apiServerAddress: LOOPBACK },
      ...(patches.length === 0 ? {} : { kubeadmConfigPatches: patches }),
      nodes: [controlPlane, ...workers],
    },
    undefined,
    2,
  );
}

/** `failCgroupV1` is known since Kubernetes 1.31; an older kubelet refuses a configuration that has it. */
function kubeletForCgroupV1(image: string): Readonly<Record<string, string | boolean>> {
  const minor = Number(/:v1\.(\d+)\./.exec(image)?.[1] ?? '99');
  return {
    kind: 'KubeletConfiguration',
    ...(minor >= 31 ? { failCgroupV1: false } : {}),
    cgroupDriver: 'cgroupfs',
  };
}
