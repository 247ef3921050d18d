import {
  claim,
  defineScenario,
  httpFrom,
  interfacesOf,
  namespaceOf,
  namespaceOfNode,
  read,
  showAnswer,
} from '../../harness/index.ts';

/** The kubelet answers on this port of the node's loopback interface only, so whoever reaches it is on the node's network. */
const KUBELET_HEALTH = { host: '127.0.0.1', port: 10248, path: '/healthz' };

export default defineScenario({
  id: 'host-network',
  title: 'A pod with hostNetwork uses its node’s network instead of one of its own',
  article: { heading: 'Using the host node’s namespaces in a pod', lines: [11, 37] },
  tags: ['core'],
  claims: [
    claim({
      id: 'network-namespace',
      must: 'A pod with hostNetwork MUST be in the network namespace of its node',
      source: { lines: [33, 35], sentence: 'that pod is using Node’s default network namespace' },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      observe: async (pod) => ({
        pod: await namespaceOf(pod.runner, 'net'),
        node: await namespaceOfNode(pod.node, 'net'),
      }),
      show: ({ pod, node }) => (pod === node ? `${pod} = node` : `${pod} ≠ node ${node}`),
      subjectShows: {
        text: 'the network namespace of the node’s PID 1',
        holds: ({ pod, node }) => pod === node,
      },
      controlShows: { text: 'a network namespace of its own', holds: ({ pod, node }) => pod !== node },
    }),
    claim({
      id: 'interfaces',
      must: 'A pod with hostNetwork MUST see exactly the node’s network interfaces, a pod without it only eth0 and lo',
      source: {
        lines: [13, 27],
        sentence: 'the pod will get to use the node’s network interfaces instead of having its own set',
      },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      // The node is asked twice: interfaces of other pods come and go, and only those that stayed can be compared.
      observe: async (pod) => {
        const before = await interfacesOf(pod.node.runner);
        const own = await interfacesOf(pod.runner);
        const after = await interfacesOf(pod.node.runner);
        return {
          own,
          nodeAlways: before.filter((name) => after.includes(name)),
          nodeEver: [...new Set([...before, ...after])].sort(),
        };
      },
      show: ({ own }) =>
        own.length <= 6 ? own.join(' ') : `${own.slice(0, 5).join(' ')} … (${String(own.length)})`,
      subjectShows: {
        text: 'the node’s interfaces, more than eth0 and lo',
        holds: ({ own, nodeAlways, nodeEver }) =>
          own.length > 2 &&
          nodeAlways.every((name) => own.includes(name)) &&
          own.every((name) => nodeEver.includes(name)),
      },
      controlShows: { text: 'eth0 and lo only', holds: ({ own }) => own.join(' ') === 'eth0 lo' },
    }),
    claim({
      id: 'pod-ip-is-host-ip',
      must: 'The IP address of a pod with hostNetwork MUST be that of its node, and its hostname the node’s name',
      source: {
        lines: [17, 19],
        sentence:
          'A pod may need to use the node’s network adapters instead of its own virtual network adapters',
      },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      observe: async (pod) => {
        const { status } = await pod.read();
        const { node } = pod;
        return {
          podIP: status?.podIP ?? '',
          hostIP: status?.hostIP ?? '',
          nodeIP: node.address,
          hostname: await read(pod.runner, ['hostname']),
          nodeName: node.name,
        };
      },
      show: ({ podIP, hostIP, hostname }) =>
        `pod IP ${podIP} ${podIP === hostIP ? '=' : '≠'} host IP ${hostIP}, hostname ${hostname}`,
      subjectShows: {
        text: 'the node’s address and name',
        holds: ({ podIP, hostIP, nodeIP, hostname, nodeName }) =>
          podIP !== '' && podIP === hostIP && podIP === nodeIP && hostname === nodeName,
      },
      controlShows: {
        text: 'an address and a name of its own',
        holds: ({ podIP, hostIP, nodeIP, hostname, nodeName }) =>
          podIP !== '' && podIP !== hostIP && hostIP === nodeIP && hostname !== nodeName,
      },
    }),
    claim({
      id: 'loopback-only-port',
      must: 'A pod with hostNetwork MUST reach a port that the node offers on its loopback address only',
      source: { lines: [13, 19], sentence: 'the pod will get to use the node’s network interfaces' },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      observe: async (pod) => ({
        fromNode: await httpFrom(pod.node.runner, KUBELET_HEALTH),
        fromPod: await httpFrom(pod.runner, KUBELET_HEALTH),
      }),
      show: ({ fromPod }) => `kubelet health on 127.0.0.1:10248: ${showAnswer(fromPod)}`,
      subjectShows: {
        text: 'the kubelet’s “ok” on 127.0.0.1:10248',
        holds: ({ fromPod }) =>
          fromPod.kind === 'answered' && fromPod.status === 200 && fromPod.body === 'ok',
        unclear: kubeletMustAnswer,
      },
      controlShows: {
        text: 'a refused connection',
        holds: ({ fromPod }) => fromPod.kind === 'refused',
        unclear: kubeletMustAnswer,
      },
    }),
  ],
  mutants: [
    {
      id: 'hostNetwork-removed',
      change: 'hostNetwork removed',
      fells: ['network-namespace', 'interfaces', 'pod-ip-is-host-ip', 'loopback-only-port'],
      mutate: ({ spec }) => delete spec.hostNetwork,
    },
    {
      id: 'hostPID-instead',
      change: 'hostNetwork replaced by hostPID: host access of another kind',
      fells: ['network-namespace', 'loopback-only-port'],
      mutate: ({ spec }) => {
        delete spec.hostNetwork;
        spec.hostPID = true;
      },
    },
    {
      id: 'hostPort-instead',
      change: 'hostNetwork replaced by a hostPort: reachable on the node, but not in its network',
      fells: ['network-namespace', 'interfaces', 'pod-ip-is-host-ip'],
      mutate: ({ spec }) => {
        delete spec.hostNetwork;
        for (const container of spec.containers) container.ports = [{ containerPort: 8080, hostPort: 9010 }];
      },
    },
  ],
});

function kubeletMustAnswer({ fromNode }: { fromNode: { kind: string } }): string | undefined {
  return fromNode.kind === 'answered'
    ? undefined
    : 'the kubelet’s health port does not answer on the node itself';
}
