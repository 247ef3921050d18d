import type { KnownError } from './known-error.ts';

/** The kubelet of a node, in its journal or in events of pods. */
export const KUBELET_ERRORS: readonly KnownError[] = [
  {
    id: 'KUBELET_CGROUP_V1',
    pattern: /kubelet is configured to not run on a host using cgroup v1/,
    sample:
      'E1127 20:11:02.101 run.go:72] "command failed" err="failed to validate kubelet configuration, error: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported and will be removed in a future release, path: &TypeMeta{Kind:,APIVersion:,}"',
    cause: 'Since Kubernetes 1.35 the kubelet refuses cgroup v1 unless failCgroupV1 is false.',
    hint: 'podproof sets that itself for kind; for other clusters set `failCgroupV1: false`, or boot with cgroup v2.',
    link: 'https://kubernetes.io/docs/concepts/architecture/cgroups/',
  },
  {
    id: 'KUBELET_NO_CRI',
    pattern: /unknown service runtime\.v1\.(?:Runtime|Image)Service/,
    sample:
      'validate CRI v1 runtime API for endpoint "unix:///run/containerd/containerd.sock": rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService',
    cause:
      'containerd runs without its Kubernetes part; in a kind node mostly because inotify instances ran out while it started.',
    hint: 'End other clusters, or as root: sysctl fs.inotify.max_user_instances=512',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files',
  },
  {
    id: 'KUBELET_ROOTFS',
    pattern: /failed to get rootfs info/,
    sample:
      '"Failed to start ContainerManager" err="failed to get rootfs info: failed to get device for dir \\"/var/lib/kubelet\\": could not find device with major: 0, minor: 40 in cached partitions map"',
    cause:
      'The kubelet cannot tell which device its folder is on: Btrfs, ZFS or LUKS below the engine’s data.',
    hint: 'Move the engine’s data (data-root) to ext4 or xfs.',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#failed-to-get-rootfs-info--stat-failed-on-dev',
  },
  {
    id: 'KUBELET_UNKNOWN_FIELD',
    pattern: /failed to load kubelet config file[^\n]*strict decoding error: unknown field/,
    sample:
      '"command failed" err="failed to load kubelet config file, path: /var/lib/kubelet/config.yaml, error: strict decoding error: unknown field \\"failCgroupV1\\""',
    cause: 'The configuration has a field that this version of the kubelet does not know.',
    hint: 'Use a node image whose tag tells its version (…:v1.37.2), so that podproof writes what fits.',
    link: 'https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/',
  },
  {
    id: 'KUBELET_PLEG',
    pattern: /PLEG is not healthy: pleg was last seen active/,
    sample: 'PLEG is not healthy: pleg was last seen active 3m21.1s ago; threshold is 3m0s',
    cause: 'containerd answers too slowly: the machine is overloaded, or its disk is.',
    hint: 'Run again when the machine is less busy, or with fewer nodes.',
    link: 'https://kubernetes.io/docs/concepts/architecture/nodes/#condition',
  },
  {
    id: 'KUBELET_NO_NETWORK',
    pattern: /container runtime network not ready: NetworkReady=false/,
    sample:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    cause: 'The pod network of the node is not set up yet.',
    hint: 'That is usual for some seconds. If it stays so, the pods of the network in kube-system do not run.',
    link: 'https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/',
    isSymptom: true,
  },
  {
    id: 'KUBELET_EVICTED',
    pattern: /The node was low on resource: \S+/,
    sample: 'The node was low on resource: ephemeral-storage. Threshold quantity: 1, available: 0.',
    cause: 'The kubelet removed the pod because the node ran out of memory or disk.',
    hint: 'Free some on the engine’s machine: `docker system df`, `npm run doctor`.',
    link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/',
  },
  {
    id: 'KUBELET_NOT_REGISTERED',
    pattern: /object "[^"]*"\/"[^"]*" not registered/,
    sample:
      'MountVolume.SetUp failed for volume "kube-api-access-x" : object "podproof-1"/"kube-root-ca.crt" not registered',
    cause: 'The kubelet was asked to mount something before it knew the pod; it tries again.',
    hint: 'Nothing, unless it stays so: then the kubelet has lost the API server.',
    link: 'https://github.com/kubernetes/kubernetes/issues/105204',
    isSymptom: true,
  },
  {
    id: 'KUBELET_CACHE_LATE',
    pattern: /failed to sync (?:configmap|secret) cache: timed out waiting for the condition/,
    sample:
      'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: timed out waiting for the condition',
    cause: 'The API server did not answer the kubelet in time.',
    hint: 'It tries again. On a busy machine run with fewer nodes.',
    link: 'https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/util/manager/watch_based_manager.go',
    isSymptom: true,
  },
  {
    id: 'KUBELET_CRASH_LOOP',
    pattern: /Back-off restarting failed container \S+ in pod/,
    sample: 'Back-off restarting failed container main in pod pod-hn_podproof-1(0b1e)',
    cause: 'The container ends again and again; the kubelet waits before the next start.',
    hint: 'Its log tells why: kubectl logs POD --previous',
    link: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy',
    isSymptom: true,
  },
];
