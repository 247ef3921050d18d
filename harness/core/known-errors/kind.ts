import type { KnownError } from './known-error.ts';

const KNOWN_ISSUES = 'https://kind.sigs.k8s.io/docs/user/known-issues';

/** What kind itself says. */
export const KIND_ERRORS: readonly KnownError[] = [
  {
    id: 'KIND_CLUSTER_EXISTS',
    pattern: /node\(s\) already exist for a cluster with the name "/,
    sample:
      'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "podproof-3f2a91"',
    cause: 'Containers of a cluster with that name are still there.',
    hint: 'Run `npm run clean`, then again: every run takes a new name.',
    link: 'https://github.com/kubernetes-sigs/kind/blob/main/pkg/cluster/internal/create/create.go',
  },
  {
    id: 'KIND_NODE_DID_NOT_BOOT',
    pattern: /could not find a log line that matches "/,
    sample:
      'ERROR: failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"',
    cause: 'systemd in a node container did not come up.',
    hint: 'Run with --image of another version; `npm run doctor` tells whether inotify, cgroups or privileged containers are the reason.',
    link: `${KNOWN_ISSUES}/`,
    isSymptom: true,
  },
  {
    id: 'KIND_IMAGE_NOT_PULLED',
    pattern: /failed to pull image "[^"]*": command "docker pull/,
    sample:
      'ERROR: failed to create cluster: failed to pull image "localhost/podproof/nope:1": command "docker pull localhost/podproof/nope:1" failed with error: exit status 1',
    cause: 'The node image is not in the engine and could not be pulled.',
    hint: 'Choose another image with --image, or leave it out: podproof then finds or builds one.',
    link: `${KNOWN_ISSUES}/#unable-to-pull-images`,
    isSymptom: true,
  },
  {
    id: 'KIND_NO_FREE_SUBNET',
    pattern: /exhausted attempts trying to find a non-overlapping subnet/,
    sample:
      'ERROR: failed to create cluster: failed to ensure docker network: exhausted attempts trying to find a non-overlapping subnet',
    cause: 'kind found no IPv6 range that other Docker networks leave free.',
    hint: '`docker network prune`, then run again.',
    link: `${KNOWN_ISSUES}/#local-subnet-clashes`,
  },
  {
    id: 'KIND_KUBECONFIG_LOCKED',
    pattern: /failed to lock config file: /,
    sample: 'ERROR: failed to lock config file: open /u/me/.kube/config.lock: file exists',
    cause: 'A lock file lies beside the kubeconfig, left by a tool that was killed: it never expires.',
    hint: 'If no tool is writing right now, remove the .lock file.',
    link: 'https://github.com/kubernetes-sigs/kind/issues/2008',
  },
  {
    id: 'KIND_ROOTLESS_CGROUP_V1',
    pattern: /running kind with rootless provider requires cgroup v2/,
    sample:
      'ERROR: failed to create cluster: running kind with rootless provider requires cgroup v2, see https://kind.sigs.k8s.io/docs/user/rootless/',
    cause: 'A rootless engine can delegate limits to containers with cgroup v2 only.',
    hint: 'Boot with cgroup v2 (`systemd.unified_cgroup_hierarchy=1`), or use an engine that runs as root.',
    link: 'https://kind.sigs.k8s.io/docs/user/rootless/',
  },
  {
    id: 'KIND_ROOTLESS_DELEGATE',
    pattern: /rootless provider requires setting systemd property "Delegate=yes"/,
    sample:
      'ERROR: failed to create cluster: running kind with rootless provider requires setting systemd property "Delegate=yes", see https://kind.sigs.k8s.io/docs/user/rootless/',
    cause: 'systemd does not delegate the controllers to your user.',
    hint: 'Add a drop-in for user@.service with Delegate=yes, then log in again.',
    link: 'https://kind.sigs.k8s.io/docs/user/rootless/',
  },
  {
    id: 'KIND_LOAD_DIGEST',
    pattern: /content digest sha256:[0-9a-f]+: not found/,
    sample:
      'Command Output: ctr: content digest sha256:44b2c602cb838fd6a647d6d48cf0e6f56227351b2903263d60637ebd26545a8d: not found',
    cause:
      'The image archive names layers of other platforms that it does not hold, as Docker’s containerd image store writes them.',
    hint: 'Save one platform only (`docker image save --platform`), or switch the containerd image store of the engine off.',
    link: 'https://github.com/kubernetes-sigs/kind/issues/3795',
  },
  {
    id: 'KIND_INIT_FAILED',
    pattern: /failed to init node with kubeadm: command "/,
    sample:
      'ERROR: failed to create cluster: failed to init node with kubeadm: command "docker exec --privileged podproof-3f2a91-control-plane kubeadm init --config=/kind/kubeadm.conf --v=6" failed with error: exit status 1',
    cause: 'kubeadm could not start the control plane; its own message tells why.',
    hint: 'Read the lines around it. Often the machine is short of memory, disk or inotify instances: `npm run doctor`.',
    link: `${KNOWN_ISSUES}/#failing-to-properly-start-cluster`,
    isSymptom: true,
  },
  {
    id: 'KIND_JOIN_FAILED',
    pattern: /failed to join node with kubeadm: command "/,
    sample:
      'ERROR: failed to create cluster: failed to join node with kubeadm: command "docker exec --privileged podproof-3f2a91-worker kubeadm join --config /kind/kubeadm.conf --v=6" failed with error: exit status 1',
    cause: 'A worker could not join the control plane; kubeadm’s own message tells why.',
    hint: 'Run with fewer nodes (--nodes 2), or `npm run doctor`.',
    link: `${KNOWN_ISSUES}/#failing-to-properly-start-cluster`,
    isSymptom: true,
  },
  {
    id: 'KIND_OLD_KERNEL',
    pattern: /Your kernel does not support cgroup namespaces/,
    sample:
      'Command Output: WARNING: Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded.',
    cause: 'The kernel is older than 4.6; kind’s nodes need cgroup namespaces.',
    hint: 'Use a newer system, or a virtual machine with one.',
    link: `${KNOWN_ISSUES}/#older-linux-distributions`,
  },
  {
    id: 'KIND_DMA_HEAP',
    pattern: /open \/dev\/dma_heap: permission denied/,
    sample: 'docker: Error response from daemon: open /dev/dma_heap: permission denied.',
    cause: 'The SELinux policy of this system denies privileged containers that device.',
    hint: 'Update kernel and policy; for a test `sudo setenforce 0`.',
    link: `${KNOWN_ISSUES}/#selinux`,
  },
  {
    id: 'KIND_INIT_NOT_PID_1',
    pattern: /Couldn't find an alternative telinit implementation to spawn/,
    sample: "Couldn't find an alternative telinit implementation to spawn.",
    cause: 'The engine puts an init of its own before the node’s systemd ("init": true in daemon.json).',
    hint: 'Remove that line from daemon.json and restart the engine.',
    link: `${KNOWN_ISSUES}/#docker-init-daemon-config`,
  },
];
