import {
  claim,
  defineScenario,
  dnsOf,
  httpFrom,
  interfacesOf,
  namespaceOf,
  namespaceOfNode,
  read,
  showAnswer,
  withoutFallbackTunnels,
  type HttpAnswer,
} from '../../harness/index.ts';
import { showDns, theClusters, theNodes } from './name-servers.ts';

const SENTENCE = 'the pod will get to use the node’s network interfaces instead of having its own set';

/** Where the kernel tells the host name; not every image and node has a program for it. */
const HOST_NAME = ['cat', '/proc/sys/kernel/hostname'] as const;

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
      // The node's end of its pair of interfaces is what the node has beyond eth0 and lo when no other pod runs there.
      partners: ['neighbour'],
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
          withoutFallbackTunnels(nodeAlways).length > 2
            ? undefined
            : `the node itself has only ${nodeAlways.join(' ')}`,
        holds: ({ own, nodeAlways, nodeEver }) =>
          withoutFallbackTunnels(own).length > 2 &&
          nodeAlways.every((name) => own.includes(name)) &&
          own.every((name) => nodeEver.includes(name)),
      },
      controlShows: {
        text: 'eth0 and lo only',
        holds: ({ own }) => withoutFallbackTunnels(own).join(' ') === 'eth0 lo',
      },
    }),
    claim({
      id: 'pod-ip-is-host-ip',
      must: 'The IP address and the host name of a pod with hostNetwork MUST be those of its node',
      source: {
        lines: [17, 19],
        sentence:
          'A pod may need to use the node’s network adapters instead of its own virtual network adapters',
      },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      // The name that Kubernetes has for a node may be another than that which the machine has for itself.
      observe: async (pod) => {
        const { status } = await pod.read();
        return {
          podIP: status?.podIP ?? '',
          hostIP: status?.hostIP ?? '',
          nodeIP: pod.node.address,
          hostname: await read(pod.runner, HOST_NAME),
          nodeHostname: await read(pod.node.runner, HOST_NAME),
        };
      },
      show: ({ podIP, hostIP, hostname, nodeHostname }) =>
        `pod IP ${podIP} ${podIP === hostIP ? '=' : '≠'} host IP ${hostIP}, host name ${hostname}${hostname === nodeHostname ? ' like the node' : ''}`,
      subjectShows: {
        text: 'the node’s address and host name',
        holds: ({ podIP, hostIP, nodeIP, hostname, nodeHostname }) =>
          podIP !== '' && podIP === hostIP && podIP === nodeIP && hostname === nodeHostname,
      },
      controlShows: {
        text: 'an address and a host name of its own',
        holds: ({ podIP, hostIP, nodeIP, hostname, nodeHostname }) =>
          podIP !== '' && podIP !== hostIP && hostIP === nodeIP && hostname !== nodeHostname,
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
        // The very sentence: on no other address.
        elsewhere: await httpFrom(pod.node.runner, { ...KUBELET_HEALTH, host: pod.node.address }),
      }),
      show: ({ fromPod }) => `kubelet health on 127.0.0.1:10248: ${showAnswer(fromPod)}`,
      subjectShows: {
        text: 'the kubelet’s “ok” on 127.0.0.1:10248',
        holds: ({ fromPod }) =>
          fromPod.kind === 'answered' && fromPod.status === 200 && fromPod.body === 'ok',
        unclear: onLoopbackOnly,
      },
      controlShows: {
        text: 'a refused connection',
        holds: ({ fromPod }) => fromPod.kind === 'refused',
        unclear: onLoopbackOnly,
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

function onLoopbackOnly(seen: { fromNode: HttpAnswer; elsewhere: HttpAnswer }): string | undefined {
  if (seen.fromNode.kind !== 'answered')
    return `the kubelet’s health port does not answer on the node itself: ${showAnswer(seen.fromNode)}`;
  return seen.elsewhere.kind === 'refused'
    ? undefined
    : `the node’s own address does not refuse the kubelet’s health port: ${showAnswer(seen.elsewhere)}`;
}
