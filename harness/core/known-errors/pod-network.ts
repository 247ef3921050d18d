import type { KnownError } from './known-error.ts';

/** CNI plug-ins, and the scheduler’s reasons for leaving a pod Pending. */
export const POD_ERRORS: readonly KnownError[] = [
  {
    id: 'CNI_PLUGIN_MISSING',
    pattern: /failed to find plugin "[^"]+" in path/,
    sample: 'failed to find plugin "loopback" in path [/opt/cni/bin]',
    cause: 'The node image lacks a network program that its configuration names.',
    hint: 'Use kind’s node image or the one of podproof.',
    link: 'https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/',
  },
  {
    id: 'CNI_NO_ADDRESSES',
    pattern: /no IP addresses available in range set: /,
    sample:
      'plugin type="host-local" failed (add): no IP addresses available in range set: 10.244.1.1-10.244.1.254',
    cause: 'All pod addresses of the node are taken, by pods or by what killed pods left behind.',
    hint: 'Run with --fresh; with a kept cluster `npm run podproof -- down` first.',
    link: 'https://www.cni.dev/plugins/current/ipam/host-local/',
  },
  {
    id: 'CNI_HOST_PORT',
    pattern: /unable to (?:setup DNAT|create chain CNI-)/,
    sample: 'plugin type="portmap" failed (add): unable to setup DNAT: exit status 4',
    cause:
      'The node could not write the firewall rule of a hostPort: a kernel module is missing, or another program holds the lock.',
    hint: 'Load it on the engine’s machine: `sudo modprobe xt_nat xt_mark`. Run again.',
    link: 'https://www.cni.dev/plugins/current/meta/portmap/',
  },
  {
    id: 'CNI_SANDBOX',
    pattern:
      /failed to setup network for sandbox "[^"]+": plugin type="[^"]+"(?: name="[^"]+")? failed \(add\)/,
    sample:
      'failed to setup network for sandbox "77ab": plugin type="bridge" name="podproof" failed (add): netplugin failed',
    cause: 'A network program of the node failed; the end of the message tells why.',
    hint: 'It is tried again. If it stays so, run with --fresh.',
    link: 'https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/',
    isSymptom: true,
  },
  {
    id: 'SCHEDULER_HOST_PORT',
    pattern: /node\(s\) didn't have free ports for the requested pod ports/,
    sample: "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.",
    cause: 'On every node that could take the pod another one has its hostPort (or hostNetwork port).',
    hint: 'Wait until the other pod is gone, or use more nodes: --nodes 4.',
    link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/',
  },
  {
    id: 'SCHEDULER_TAINT',
    pattern: /node\(s\) had untolerated taint/,
    sample: '0/1 nodes are available: 1 node(s) had untolerated taint(s)',
    cause: 'Nodes keep ordinary pods away: the control plane always, a new node until it is Ready.',
    hint: 'Use at least two nodes, and wait until they are Ready.',
    link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/',
  },
  {
    id: 'SCHEDULER_RESOURCES',
    pattern: /\d+ Insufficient (?:cpu|memory|ephemeral-storage)/,
    sample: '0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available',
    cause: 'The pods ask for more than the nodes have left.',
    hint: 'Lower the requests in the manifest, or give the engine more.',
    link: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  },
  {
    id: 'SCHEDULER_TOO_MANY_PODS',
    pattern: /nodes are available: [^\n]*Too many pods/,
    sample: '0/3 nodes are available: 3 Too many pods.',
    cause: 'The nodes run as many pods as a kubelet takes.',
    hint: 'Remove pods, or use more nodes.',
    link: 'https://kubernetes.io/docs/setup/best-practices/cluster-large/',
  },
  {
    id: 'SCHEDULER_AFFINITY',
    pattern: /node\(s\) didn't match (?:Pod's node affinity\/selector|pod (?:anti-)?affinity rules)/,
    sample: "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.",
    cause: 'No node has the labels that the manifest asks for.',
    hint: 'Compare nodeSelector and affinity with `kubectl get nodes --show-labels`.',
    link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/',
  },
  {
    id: 'SCHEDULER_NO_NODES',
    pattern: /no nodes available to schedule pods/,
    sample: 'no nodes available to schedule pods',
    cause: 'The cluster has no node that is known to the scheduler.',
    hint: 'Wait until the nodes have joined; `kubectl get nodes`.',
    link: 'https://kubernetes.io/docs/concepts/architecture/nodes/',
  },
];
