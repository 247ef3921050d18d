import type { KnownError } from './known-error.ts';

const TROUBLE =
  'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/troubleshooting-kubeadm/';

/** What kubeadm says while kind makes a cluster. */
export const KUBEADM_ERRORS: readonly KnownError[] = [
  {
    id: 'KUBEADM_KUBELET_UNHEALTHY',
    pattern: /\[kubelet-check\] The kubelet is not healthy after/,
    sample: '[kubelet-check] The kubelet is not healthy after 4m0.000438241s',
    cause: 'The kubelet of the node did not start, or it ended.',
    hint: 'The kubelet’s own last words tell why; on a busy machine it is time. `npm run doctor` looks at cgroups, inotify and memory.',
    link: TROUBLE,
    isSymptom: true,
  },
  {
    id: 'KUBEADM_CONTROL_PLANE_LATE',
    pattern: /error execution phase wait-control-plane/,
    sample:
      'error: error execution phase wait-control-plane: failed while waiting for the control plane to start: kube-apiserver check failed at https://172.18.0.2:6443/livez: context deadline exceeded',
    cause: 'The control plane did not answer in time.',
    hint: 'Is the machine busy, or short of memory? Run again when it is not, or with fewer nodes.',
    link: TROUBLE,
    isSymptom: true,
  },
  {
    id: 'KUBEADM_DISCOVERY',
    pattern: /couldn't validate the identity of the API Server/,
    sample:
      "error execution phase preflight: couldn't validate the identity of the API Server: failed to request the cluster-info ConfigMap",
    cause: 'A worker asked the control plane and got no answer, or a wrong one.',
    hint: 'A firewall between the nodes (firewalld with nftables), or a control plane that has stopped: `npm run doctor` looks at both.',
    link: TROUBLE,
    isSymptom: true,
  },
  {
    id: 'KUBEADM_TOKEN_EXPIRED',
    pattern: /token id "[^"]*" is invalid for this cluster or it has expired/,
    sample:
      'token id "abcdef" is invalid for this cluster or it has expired. Use "kubeadm token create" on the control-plane node to create a new valid token',
    cause: 'The clocks of the nodes differ, or the machine slept while the cluster was made.',
    hint: 'Run again; if it stays so, compare the clocks with `npm run doctor` (D17).',
    link: TROUBLE,
  },
  {
    id: 'KUBEADM_CPUS',
    pattern: /the number of available CPUs \d+ is less than the required \d+/,
    sample: '[ERROR NumCPU]: the number of available CPUs 1 is less than the required 2',
    cause: 'The engine’s machine has one processor.',
    hint: 'Give it two: Docker Desktop → Settings → Resources, or `colima start --cpu 2`.',
    link: 'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#before-you-begin',
  },
  {
    id: 'KUBEADM_MEMORY',
    pattern: /the system RAM \(\d+ MB\) is less than the minimum \d+ MB/,
    sample: '[ERROR Mem]: the system RAM (983 MB) is less than the minimum 1700 MB',
    cause: 'The engine’s machine has too little memory for a control plane.',
    hint: 'Give it 4 GiB.',
    link: 'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#before-you-begin',
  },
  {
    id: 'KUBEADM_SWAP',
    pattern: /\[ERROR Swap\]: swap is supported for cgroup v2 only/,
    sample:
      '[ERROR Swap]: swap is supported for cgroup v2 only. The kubelet must be properly configured to use swap.',
    cause: 'The machine swaps and has cgroup v1.',
    hint: '`sudo swapoff -a`, or boot with cgroup v2.',
    link: 'https://kubernetes.io/docs/concepts/cluster-administration/swap-memory-management/',
  },
  {
    id: 'KUBEADM_PORT',
    pattern: /\[ERROR Port-\d+\]: Port \d+ is in use/,
    sample: '[ERROR Port-10250]: Port 10250 is in use',
    cause: 'Something in the node listens there already: a kubelet of an earlier attempt.',
    hint: 'Run with --fresh: a new node has no such leftovers.',
    link: TROUBLE,
  },
  {
    id: 'KUBEADM_CGROUPS',
    pattern: /missing required cgroups: /,
    sample: '[ERROR SystemVerification]: missing required cgroups: pids',
    cause: 'The kernel was started without that cgroup controller.',
    hint: 'Switch it on: on a Raspberry Pi `cgroup_enable=memory` in cmdline.txt; elsewhere look at /proc/cgroups.',
    link: 'https://kubernetes.io/docs/concepts/architecture/cgroups/',
  },
  {
    id: 'KUBEADM_VERSION',
    pattern: /this version of kubeadm only supports deploying clusters with the control plane version >=/,
    sample:
      'this version of kubeadm only supports deploying clusters with the control plane version >= 1.36.0. Current version: v1.33.4',
    cause: 'Node image and configuration are of different Kubernetes versions.',
    hint: 'Use a node image of the kind release you have: leave --image out.',
    link: 'https://kubernetes.io/releases/version-skew-policy/',
  },
];
