import {
  beyondDefault,
  capabilityNames,
  claim,
  defineScenario,
  identityOf,
  mainProcessOnNode,
  podOf,
  sharedWithNode,
  tryPacketRule,
  type Claim,
  type Pod,
} from '../../harness/index.ts';

const RULES = 'kube-proxy pod, which needs to modify the node’s iptables rules';
const WITHOUT_PRIVILEGE =
  'Rules of the node’s packet filter take the capability NET_ADMIN on the node’s network, not a privileged container.';

export default defineScenario({
  id: 'kube-proxy',
  title: 'kube-proxy is privileged, and to write iptables rules it would not have to be',
  article: { heading: 'Running pods in privileged mode', lines: [119, 125] },
  tags: ['core', 'correction'],
  requires: {
    privileged: 'mutants: a stand-in for kube-proxy, and more than the rules need',
    hostPath: {
      '/usr': 'the node’s own iptables, read-only',
      '/run/xtables.lock': 'the lock that everybody takes who writes packet rules',
    },
  },
  existing: {
    'kube-proxy': podOf('DaemonSet', 'kube-proxy'),
    'cni-agent': {
      namespace: 'kube-system',
      find: isNodeAgent,
      otherwise: 'no other DaemonSet of kube-system is on the network of every node without being privileged',
    },
  },
  claims: [
    claim({
      id: 'kube-proxy-is-privileged',
      must: 'The pods of the DaemonSet kube-proxy MUST be privileged and on the node’s network: in their specification, and with every capability of the node in the network namespace of the node',
      source: { lines: [121, 125], sentence: `An example of such a pod is the ${RULES}` },
      subject: 'kube-proxy',
      control: 'cni-agent',
      observe: async (pod) => {
        const { spec } = await pod.read();
        const process = await mainProcessOnNode(pod);
        return {
          privileged: isPrivileged(spec),
          hostNetwork: spec.hostNetwork === true,
          onNodesNetwork: (await sharedWithNode(pod.node, process)).includes('net'),
          capabilities: (await identityOf(pod.node.runner, process)).capEff,
          ofNode: (await identityOf(pod.node.runner, 1)).capBnd,
        };
      },
      show: ({ privileged, onNodesNetwork, capabilities, ofNode }) =>
        `${privileged ? '' : 'not '}privileged, on ${onNodesNetwork ? 'the node’s' : 'another'} network, ${capabilities} (${String(capabilityNames(capabilities).length)} of the node’s ${String(capabilityNames(ofNode).length)} capabilities)`,
      subjectShows: {
        text: 'privileged, on the node’s network, with the node’s capability mask',
        holds: ({ privileged, hostNetwork, onNodesNetwork, capabilities, ofNode }) =>
          privileged && hostNetwork && onNodesNetwork && capabilities === ofNode,
      },
      controlShows: {
        text: 'on the node’s network, not privileged, with NET_ADMIN and few others of the node’s capabilities',
        holds: ({ privileged, hostNetwork, onNodesNetwork, capabilities, ofNode }) =>
          !privileged &&
          hostNetwork &&
          onNodesNetwork &&
          capabilities !== ofNode &&
          beyondDefault(capabilities).join() === 'NET_ADMIN',
      },
    }),
    writesRules({
      id: 'net-admin-is-enough',
      must: 'A pod on the node’s network with NET_ADMIN and no other capability that plain pods lack MUST be able to write iptables rules of the node; without NET_ADMIN it must not',
      subject: 'pod-net-admin',
    }),
    writesRules({
      id: 'cni-agent-does-it',
      must: 'The cluster’s own CNI agent MUST be able to write iptables rules of the node without being privileged',
      subject: 'cni-agent',
    }),
  ],
  mutants: [
    {
      id: 'cni-agent-instead',
      change: 'the CNI agent in place of kube-proxy: it writes rules, too',
      fells: ['kube-proxy-is-privileged'],
      subject: 'cni-agent',
    },
    {
      id: 'net-admin-instead',
      change: 'a pod with hostNetwork and NET_ADMIN in place of kube-proxy',
      fells: ['kube-proxy-is-privileged'],
      subject: 'pod-net-admin',
    },
    {
      id: 'privileged-without-hostNetwork',
      change: 'a privileged pod without hostNetwork in place of kube-proxy',
      fells: ['kube-proxy-is-privileged'],
      subject: 'pod-net-admin',
      mutate: ({ spec }) => {
        delete spec.hostNetwork;
        for (const container of spec.containers) container.securityContext = { privileged: true };
      },
    },
    {
      id: 'net-admin-removed',
      change: 'NET_ADMIN removed',
      fells: ['net-admin-is-enough'],
      mutate: ({ spec }) => {
        for (const container of spec.containers)
          container.securityContext = { capabilities: { drop: ['ALL'], add: ['NET_RAW'] } };
      },
    },
    {
      id: 'own-network',
      change: 'hostNetwork removed: the rule is written, but into a network of its own',
      fells: ['net-admin-is-enough'],
      mutate: ({ spec }) => delete spec.hostNetwork,
    },
    {
      id: 'privileged-after-all',
      change: 'privileged added: the rule is written, which then proves nothing',
      fells: ['net-admin-is-enough'],
      mutate: ({ spec }) => {
        for (const container of spec.containers) container.securityContext = { privileged: true };
      },
    },
    {
      id: 'kube-proxy-instead',
      change: 'kube-proxy in place of the CNI agent: it writes rules, with all capabilities',
      fells: ['cni-agent-does-it'],
      subject: 'kube-proxy',
    },
  ],
});

function writesRules(about: Pick<Claim, 'id' | 'must' | 'subject'>): Claim {
  return claim({
    ...about,
    source: { lines: [123, 125], sentence: RULES },
    correction: WITHOUT_PRIVILEGE,
    control: 'pod-without-net-admin',
    observe: async (pod, scene) => ({
      ...(await tryPacketRule(pod, scene)),
      privileged: isPrivileged((await pod.read()).spec),
      extra: beyondDefault((await identityOf(pod.node.runner, await mainProcessOnNode(pod))).capEff),
    }),
    show: ({ outcome, onNode, privileged, extra }) =>
      `${privileged ? 'privileged' : 'not privileged'}, beyond the default ${extra.slice(0, 3).join(' ') || 'nothing'}; a rule: ${outcome}, ${onNode ? 'the node shows it' : 'not on the node'}`,
    subjectShows: {
      text: 'a rule that the node shows, without being privileged and with NET_ADMIN alone beyond the default',
      holds: ({ outcome, onNode, privileged, extra }) =>
        outcome === 'written' && onNode && !privileged && extra.join() === 'NET_ADMIN',
    },
    controlShows: {
      text: 'Permission denied, no rule on the node',
      holds: ({ outcome, onNode }) => outcome === 'Permission denied' && !onNode,
    },
  });
}

function isPrivileged({ containers }: Pod['spec']): boolean {
  return containers.some(({ securityContext }) => securityContext?.privileged === true);
}

/**
 * A CNI agent by what makes one, whatever it is called: a pod of a DaemonSet that is on the network of every node on
 * which kube-system has pods at all. Some are privileged; those show nothing here.
 */
function isNodeAgent(pod: Pod, all: readonly Pod[]): boolean {
  const name = daemonSetOf(pod);
  if (name === undefined || name === 'kube-proxy') return false;
  if (pod.spec.hostNetwork !== true || isPrivileged(pod.spec)) return false;
  const nodesOf = (pods: readonly Pod[]): Set<string> =>
    new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []));
  const own = nodesOf(all.filter((each) => daemonSetOf(each) === name));
  return [...nodesOf(all)].every((node) => own.has(node));
}

function daemonSetOf({ metadata }: Pod): string | undefined {
  return metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet')?.name;
}
