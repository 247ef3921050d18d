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
} from '../../harness/index.ts';
import { isNodeAgent, isPrivileged } from './node-agent.ts';

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
      otherwise:
        'no DaemonSet of kube-system configures the network of every node (/etc/cni/net.d) without being privileged',
    },
  },
  claims: [
    claim({
      id: 'kube-proxy-is-privileged',
      must: 'A pod of the DaemonSet kube-proxy MUST be privileged and on the node’s network: in its specification, and with every capability of the node in the network namespace of the node',
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
        text: 'on the node’s network, not privileged, with NET_ADMIN and only a part of the node’s capabilities',
        holds: ({ privileged, hostNetwork, onNodesNetwork, capabilities, ofNode }) =>
          !privileged &&
          hostNetwork &&
          onNodesNetwork &&
          capabilityNames(capabilities).includes('NET_ADMIN') &&
          capabilityNames(capabilities).length < capabilityNames(ofNode).length,
      },
    }),
    writesRules({
      id: 'net-admin-is-enough',
      must: 'A pod on the node’s network with NET_ADMIN and no other capability that plain pods lack MUST be able to write iptables rules of the node; without NET_ADMIN it must not',
      subject: 'pod-net-admin',
      alone: true,
    }),
    writesRules({
      id: 'cni-agent-does-it',
      must: 'The cluster’s own CNI agent MUST be able to write iptables rules of the node without being privileged',
      subject: 'cni-agent',
      alone: false,
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

/** @param alone whether the subject must have no other capability that plain pods lack: CNI agents have several */
function writesRules({ alone, ...about }: About & { readonly alone: boolean }): Claim {
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
      text: `a rule that the node shows, without being privileged and with NET_ADMIN ${alone ? 'alone ' : ''}beyond the default`,
      holds: ({ outcome, onNode, privileged, extra }) =>
        outcome === 'written' &&
        onNode &&
        !privileged &&
        extra.includes('NET_ADMIN') &&
        (extra.length === 1 || !alone),
    },
    controlShows: {
      text: 'Permission denied, no rule on the node',
      holds: ({ outcome, onNode }) => outcome === 'Permission denied' && !onNode,
    },
  });
}

type About = Pick<Claim, 'id' | 'must' | 'subject'>;
