import {
  claim,
  defineScenario,
  mainProcessOnNode,
  podOf,
  read,
  sharedWithNode,
  staticPod,
  type Claim,
  type NodeUnderTest,
} from '../../harness/index.ts';

/** What kubeadm runs as static pods; it labels each with the name of its component. */
const STATIC = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const COMPONENTS = [...STATIC, 'kube-proxy'];

/** The namespaces that "running inside a pod" is about, apart from the network. */
const PRIVATE = ['mnt', 'pid', 'ipc'];

export default defineScenario({
  id: 'control-plane-pods',
  title: 'The pods of the control plane use the network of their node, and nothing else of it',
  article: { heading: 'Using the host node’s namespaces in a pod', lines: [37, 37] },
  tags: ['core', 'correction'],
  existing: {
    ...Object.fromEntries(STATIC.map((component) => [component, staticPod(component)])),
    'kube-proxy': podOf('DaemonSet', 'kube-proxy'),
    coredns: podOf('Deployment', 'coredns'),
  },
  standIns: ['kube-apiserver-stand-in'],
  claims: [
    ...COMPONENTS.map(usesHostNetwork),
    claim({
      id: 'only-the-network-is-shared',
      must: 'The process of the API server MUST be in the network namespace of its node and in mount, PID and IPC namespaces of its own',
      source: {
        lines: [37, 37],
        sentence: 'effectively making them behave as if they weren’t running inside a pod',
      },
      correction:
        'Only on the network do they behave as if they ran outside a pod: files, processes and IPC are the pod’s own.',
      subject: 'kube-apiserver',
      control: 'coredns',
      observe: async (pod) => ({
        shared: await sharedWithNode(pod.node, await mainProcessOnNode(pod)),
        // What really runs outside a pod, seen by the same look.
        sharedByKubelet: await sharedWithNode(pod.node, await kubeletOf(pod.node)),
      }),
      show: ({ shared }) =>
        `of net ${PRIVATE.join(' ')} it shares ${['net', ...PRIVATE].filter((kind) => shared.includes(kind)).join(' ') || 'none'}`,
      subjectShows: {
        text: 'the network namespace of the node’s PID 1, and none of its mount, PID and IPC namespaces',
        holds: ({ shared }) => shared.includes('net') && !PRIVATE.some((kind) => shared.includes(kind)),
        unclear: kubeletMustShare,
      },
      controlShows: {
        text: 'none of the four',
        holds: ({ shared }) => !shared.includes('net') && !PRIVATE.some((kind) => shared.includes(kind)),
        unclear: kubeletMustShare,
      },
    }),
  ],
  mutants: [
    {
      id: 'coredns-instead',
      change: 'CoreDNS in place of the component: also in kube-system, on a network of its own',
      fells: [...COMPONENTS.map(claimIdOf), 'only-the-network-is-shared'],
      subject: 'coredns',
    },
    {
      id: 'labels-without-hostNetwork',
      change: 'a pod labelled like an API server, without hostNetwork',
      fells: [claimIdOf('kube-apiserver'), 'only-the-network-is-shared'],
      subject: 'kube-apiserver-stand-in',
      mutate: ({ spec }) => delete spec.hostNetwork,
    },
    {
      id: 'labels-with-hostPort',
      change: 'a pod labelled like an API server, with a hostPort instead of hostNetwork',
      fells: [claimIdOf('kube-apiserver')],
      subject: 'kube-apiserver-stand-in',
      mutate: ({ spec }) => {
        delete spec.hostNetwork;
        for (const container of spec.containers) container.ports = [{ containerPort: 6443, hostPort: 9011 }];
      },
    },
    {
      id: 'hostPID-added',
      change: 'a pod with hostNetwork and hostPID: it shares the processes, too',
      fells: ['only-the-network-is-shared'],
      subject: 'kube-apiserver-stand-in',
      mutate: ({ spec }) => (spec.hostPID = true),
    },
    {
      id: 'hostIPC-added',
      change: 'a pod with hostNetwork and hostIPC: it shares the IPC, too',
      fells: ['only-the-network-is-shared'],
      subject: 'kube-apiserver-stand-in',
      mutate: ({ spec }) => (spec.hostIPC = true),
    },
  ],
});

function usesHostNetwork(component: string): Claim {
  return claim({
    id: claimIdOf(component),
    must: `The pod of ${component} MUST use hostNetwork: in its specification, by its address and in the network namespace of its process`,
    source: { lines: [37, 37], sentence: 'you’ll find those pods use the hostNetwork option' },
    subject: component,
    control: 'coredns',
    observe: async (pod) => {
      const { spec, status } = await pod.read();
      return {
        hostNetwork: spec.hostNetwork === true,
        podIP: status?.podIP ?? '',
        hostIP: status?.hostIP ?? '',
        nodeIP: pod.node.address,
        onNodesNetwork: (await sharedWithNode(pod.node, await mainProcessOnNode(pod))).includes('net'),
      };
    },
    show: ({ hostNetwork, podIP, hostIP, onNodesNetwork }) =>
      `hostNetwork ${String(hostNetwork)}, pod IP ${podIP} ${podIP === hostIP ? '=' : '≠'} host IP ${hostIP}, its process is on ${onNodesNetwork ? 'the node’s' : 'another'} network`,
    subjectShows: {
      text: 'hostNetwork, the node’s address, and a process on the node’s network',
      holds: ({ hostNetwork, podIP, hostIP, nodeIP, onNodesNetwork }) =>
        hostNetwork && podIP === hostIP && podIP === nodeIP && onNodesNetwork,
    },
    controlShows: {
      text: 'no hostNetwork, an address of its own, and a process on a network of its own',
      holds: ({ hostNetwork, podIP, hostIP, onNodesNetwork }) =>
        !hostNetwork && podIP !== '' && podIP !== hostIP && !onNodesNetwork,
    },
  });
}

function claimIdOf(component: string): string {
  return `${component}-on-host-network`;
}

async function kubeletOf({ runner }: NodeUnderTest): Promise<number> {
  return Number(await read(runner, ['pgrep', '-o', '-x', 'kubelet']));
}

function kubeletMustShare({ sharedByKubelet }: { sharedByKubelet: readonly string[] }): string | undefined {
  const missing = ['net', ...PRIVATE].filter((kind) => !sharedByKubelet.includes(kind));
  return missing.length === 0
    ? undefined
    : `the kubelet, which runs outside pods, does not share ${missing.join(' ')} with PID 1 either`;
}
