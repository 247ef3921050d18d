import {
  claim,
  defineScenario,
  dnsOf,
  httpFrom,
  interfacesOf,
  isUnknownName,
  namespaceOf,
  namespaceOfNode,
  read,
  showAnswer,
  type DnsView,
  type Expectation,
} from '../../harness/index.ts';

const SENTENCE = 'the pod will get to use the node’s network interfaces instead of having its own set';

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
      source: { lines: [13, 27], sentence: SENTENCE },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      // Its end of the pair of interfaces is what the node has beyond eth0 and lo when no other pod runs there.
      partners: ['pod-without-hn'],
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
        unclear: ({ nodeAlways }) =>
          nodeAlways.length > 2 ? undefined : `the node itself has only ${nodeAlways.join(' ')}`,
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
    claim({
      id: 'dns-falls-back',
      must: 'A pod with hostNetwork and no dnsPolicy of its own MUST ask the name servers of its node, and so finds no Service by its name',
      source: { lines: [13, 19], sentence: SENTENCE },
      correction:
        'The article does not say that the pod loses more than its own interfaces: without another dnsPolicy it loses cluster DNS, too.',
      subject: 'pod-hn',
      control: 'pod-without-hn',
      observe: dnsOf,
      show: showDns,
      subjectShows: theNodes(),
      controlShows: theClusters(),
    }),
    claim({
      id: 'dns-brought-back',
      must: 'A pod with hostNetwork and dnsPolicy ClusterFirstWithHostNet MUST ask the cluster’s name server and find Services by their names',
      source: { lines: [13, 19], sentence: SENTENCE },
      correction: 'The article does not say that dnsPolicy ClusterFirstWithHostNet brings cluster DNS back.',
      subject: 'pod-hn-cluster-dns',
      control: 'pod-hn',
      observe: dnsOf,
      show: showDns,
      subjectShows: theClusters(),
      controlShows: theNodes(),
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
    {
      id: 'hostNetwork-in-the-control',
      change: 'hostNetwork added to the plain pod: it sees more than eth0 and lo',
      fells: ['network-namespace', 'interfaces', 'pod-ip-is-host-ip', 'loopback-only-port'],
      target: 'pod-without-hn',
      mutate: ({ spec }) => (spec.hostNetwork = true),
    },
    {
      id: 'cluster-dns-added',
      change: 'dnsPolicy ClusterFirstWithHostNet added: still on the node’s network, with cluster DNS',
      fells: ['dns-falls-back'],
      mutate: ({ spec }) => (spec.dnsPolicy = 'ClusterFirstWithHostNet'),
    },
    {
      id: 'hostNetwork-removed-dns-untouched',
      change: 'hostNetwork removed, dnsPolicy as before: the default policy is ClusterFirst after all',
      fells: ['dns-falls-back'],
      mutate: ({ spec }) => delete spec.hostNetwork,
    },
    {
      id: 'dnsPolicy-Default',
      change: 'dnsPolicy ClusterFirstWithHostNet changed to Default, which means the node’s name servers',
      fells: ['dns-brought-back'],
      mutate: ({ spec }) => (spec.dnsPolicy = 'Default'),
    },
  ],
});

function kubeletMustAnswer({ fromNode }: { fromNode: { kind: string } }): string | undefined {
  return fromNode.kind === 'answered'
    ? undefined
    : 'the kubelet’s health port does not answer on the node itself';
}

function showDns({ pod, apiServer }: DnsView): string {
  return `name server ${pod.join(', ')}; kubernetes.default.svc: ${showAnswer(apiServer)}`;
}

function theNodes(): Expectation<DnsView> {
  return {
    text: 'the node’s name servers and not the cluster’s, and nothing behind the name of a Service',
    holds: ({ pod, node, cluster, apiServer }) =>
      same(pod, node) && !pod.includes(cluster) && isUnknownName(apiServer),
    unclear: cannotCompare,
  };
}

function theClusters(): Expectation<DnsView> {
  return {
    text: 'the cluster’s name server alone, and the API server behind the name of its Service',
    holds: ({ pod, cluster, apiServer }) => same(pod, [cluster]) && apiServer.kind === 'answered',
    unclear: cannotCompare,
  };
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.join(' ') === others.join(' ');
}

function cannotCompare({ pod, node, cluster, apiServer }: DnsView): string | undefined {
  if (node.includes(cluster)) return 'the node itself asks the cluster’s name server';
  const understood = apiServer.kind === 'answered' || (same(pod, node) && isUnknownName(apiServer));
  if (understood && (same(pod, node) || same(pod, [cluster]))) return undefined;
  return `name server ${pod.join(', ')}, and curl kubernetes.default.svc ended with ${showAnswer(apiServer)}`;
}
