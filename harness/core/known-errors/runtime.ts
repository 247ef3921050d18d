import type { KnownError } from './known-error.ts';

/** containerd, runc and the kernel below them. */
export const RUNTIME_ERRORS: readonly KnownError[] = [
  {
    id: 'HOST_DISK_FULL',
    pattern: /no space left on device/i,
    sample:
      'write /var/lib/containerd/io.containerd.content.v1.content/ingest/1/data: no space left on device',
    cause: 'The disk of the engine is full, or its inodes are used up.',
    hint: '`docker system df` shows what takes the space; `docker image prune` and `docker builder prune` free it.',
    link: 'https://docs.docker.com/engine/manage-resources/pruning/',
  },
  {
    id: 'HOST_INOTIFY',
    pattern: /(?:fsnotify watcher|inotify|directory watch|manager object)[^\n]*too many open files/i,
    sample:
      'failed to create CRI service: failed to create cni conf monitor for default: failed to create fsnotify watcher: too many open files',
    cause: 'This machine has no inotify instances left; each node takes about sixteen.',
    hint: 'End other clusters (`npm run podproof -- down`, `kind delete cluster`), or as root sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files',
  },
  {
    id: 'HOST_OPEN_FILES',
    pattern: /(?:accept\d?|open|socket|pipe2?)[^\n:]*: too many open files(?: in system)?/,
    sample: 'http: Accept error: accept tcp [::]:6443: accept4: too many open files; retrying in 5ms',
    cause: 'A process has used up its file descriptors, or the whole machine has.',
    hint: 'Raise `ulimit -n` for the engine (LimitNOFILE of its service), or sysctl fs.file-max.',
    link: 'https://docs.kernel.org/admin-guide/sysctl/fs.html',
  },
  {
    id: 'HOST_MEMORY',
    pattern: /cannot allocate memory/i,
    sample: 'fork/exec /usr/local/bin/containerd-shim-runc-v2: cannot allocate memory',
    cause: 'The machine is out of memory.',
    hint: 'Close programs, give the engine more memory, or use fewer nodes: --nodes 2.',
    link: 'https://docs.docker.com/engine/containers/resource_constraints/',
  },
  {
    id: 'HOST_PROCESSES',
    pattern: /failed to create new OS thread|fork\/exec [^\n]*: resource temporarily unavailable/,
    sample: 'runtime: failed to create new OS thread (have 11 already; errno=11)',
    cause:
      'The limit of processes and threads is reached: of the user, of the control group, or of the machine.',
    hint: 'Raise TasksMax of the engine’s service, `ulimit -u`, or sysctl kernel.pid_max.',
    link: 'https://kubernetes.io/docs/concepts/policy/pid-limiting/',
  },
  {
    id: 'RUNTIME_RLIMIT',
    pattern: /error setting rlimit/,
    sample:
      'docker: Error response from daemon: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted',
    cause: 'Without CAP_SYS_RESOURCE nobody can raise limits, and this engine tries to (Docker 20.10 does).',
    hint: 'Use another version of the engine: 26.1 and 28.5 start privileged containers without that capability.',
    link: 'https://man7.org/linux/man-pages/man7/capabilities.7.html',
  },
  {
    id: 'RUNTIME_OOM_SCORE',
    pattern: /write \/proc\/[^\s/]+\/oom_score_adj: (?:permission denied|invalid argument)/,
    sample:
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: set shim OOM score: write /proc/797/oom_score_adj: permission denied',
    cause: 'Without CAP_SYS_RESOURCE nobody can lower an OOM score, and this containerd tries to.',
    hint: 'Use the node image that podproof builds (restrict_oom_score_adj = true): leave --image out where no registry answers.',
    link: 'https://github.com/moby/moby/issues/41541',
  },
  {
    id: 'RUNTIME_CGROUP_PID',
    pattern: /error adding pid \d+ to cgroups/,
    sample: 'unable to start container process: error adding pid 655569 to cgroups',
    cause:
      'Control groups are set up in a way that runc cannot use: WSL2 with both versions, or a controller that is missing.',
    hint: 'WSL2: `kernelCommandLine = cgroup_no_v1=all` in .wslconfig, then `wsl --shutdown`.',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#failure-to-create-cluster-on-wsl2',
  },
  {
    id: 'RUNTIME_CGROUP_DRIVER',
    pattern: /expected cgroupsPath to be of format "?\\?"?slice:prefix:name/,
    sample:
      'runc create failed: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/kubepods/besteffort/pod1/2" instead',
    cause: 'The kubelet uses the cgroup driver cgroupfs, containerd uses systemd.',
    hint: 'Make both the same: SystemdCgroup in containerd’s configuration, cgroupDriver in the kubelet’s.',
    link: 'https://kubernetes.io/docs/setup/production-environment/container-runtimes/#cgroup-drivers',
  },
  {
    id: 'RUNTIME_DEVICE_GONE',
    pattern:
      /(?:lstat|stat|open) \/dev\/(?:bus\/usb|snd|input|video|dri|hidraw|ttyUSB|ttyACM)[^\s:]*: no such file or directory/,
    sample:
      'Error: failed to generate container "0b1e" spec: failed to generate spec: lstat /dev/bus/usb/003/046: no such file or directory',
    cause:
      'A device was unplugged after the node was made: the node still lists it, and privileged pods want all that it lists.',
    hint: 'Make a new cluster: run with --fresh.',
    link: 'https://github.com/kubernetes-sigs/kind/issues/3389',
  },
  {
    id: 'RUNTIME_NAME_RESERVED',
    pattern: /name "[^"]+" is reserved for "/,
    sample:
      'failed to reserve sandbox name "pod-hn_podproof-1_0b1e_0": name "pod-hn_podproof-1_0b1e_0" is reserved for "77ab"',
    cause: 'An earlier attempt to make the same pod is still under way, since containerd is slow.',
    hint: 'It ends by itself. On a busy machine run with fewer nodes.',
    link: 'https://github.com/containerd/cri/issues/1014',
    isSymptom: true,
  },
  {
    id: 'RUNTIME_SANDBOX_IMAGE',
    pattern: /failed to get sandbox image "/,
    sample:
      'failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image "registry.k8s.io/pause:3.10"',
    cause: 'The node lacks the image that holds a pod’s namespaces, and cannot pull it.',
    hint: 'Use a node image that brings it along (kind’s and podproof’s do); run with --fresh.',
    link: 'https://github.com/containerd/containerd/blob/main/docs/cri/config.md',
  },
  {
    id: 'RUNTIME_NO_PROGRAM',
    pattern:
      /(?:OCI runtime exec failed|unable to start container process)[^\n]*executable file not found in \$PATH/,
    sample:
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
    cause: 'The image does not have that program.',
    hint: 'Use the workload image of podproof, or one that has it.',
    link: 'https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/',
  },
  {
    id: 'RUNTIME_APPARMOR',
    pattern: /apparmor failed to apply profile/,
    sample:
      'runc create failed: unable to start container process: unable to apply apparmor profile: apparmor failed to apply profile: write fsmount:fscontext:proc/thread-self/attr/apparmor/exec: no such file or directory',
    cause: 'The AppArmor profile that was asked for is not loaded on the engine’s machine.',
    hint: '`sudo systemctl restart apparmor docker`, or `aa-status` to see what is loaded.',
    link: 'https://kubernetes.io/docs/tutorials/security/apparmor/',
  },
];
