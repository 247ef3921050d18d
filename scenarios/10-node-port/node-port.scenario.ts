import {
  CannotTell,
  defineScenario,
  eachPort,
  isAnswerOf,
  proxyMode,
  variantClaim,
  type HttpAnswer,
} from '../../harness/index.ts';
import {
  afterRules,
  askNode,
  bothServe,
  CONNECTIONS,
  countAnswers,
  HOST_PORT,
  PODS,
  portOf,
  type Count,
} from './connections.ts';

export default defineScenario({
  id: 'node-port',
  title: 'A NodePort leads from every node to a pod on any node, a hostPort to the pod on that node only',
  article: { heading: 'Binding to a host port without using the host’s network namespace', lines: [39, 64] },
  tags: ['core'],
  requires: { schedulableNodes: 2, outsider: true },
  place: { 'pod-node-port-1': 'A', 'pod-node-port-2': 'B' },
  locks: ['hostPort 9006'],
  // The Services come when both pods are ready, so that the first rules of kube-proxy know both.
  acts: [
    { what: 'a pod starts on each of two nodes' },
    {
      what: 'Services lead to them',
      does: bothServe,
      creates: ['node-port', 'node-port-local', 'node-port-cluster'],
    },
  ],
  variants: {
    NodePort: 'node-port',
    hostPort: HOST_PORT,
    'NodePort, Local': 'node-port-local',
    'NodePort, Cluster': 'node-port-cluster',
  },
  claims: [
    variantClaim({
      id: 'leads-to-any-node',
      must: 'Connections to the NodePort of a node MUST reach pods on that node and on others, where connections to a hostPort reach the pod on that node only',
      source: {
        lines: [45, 45],
        sentence:
          'a connection to the node’s port is forwarded directly to the pod running on that node, whereas with a NodePort service, a connection to the node’s port is forwarded to a randomly selected pod (possibly on another node)',
      },
      subject: 'NodePort',
      control: 'hostPort',
      partners: PODS,
      observe: async (variant, scene) => {
        const port = await portOf(variant, scene);
        const [first] = scene.nodes;
        return {
          proxy: first === undefined ? '' : await proxyMode(first),
          nodes: await Promise.all(PODS.map((own) => countAnswers(own, port, scene))),
        };
      },
      show: ({ proxy, nodes }) =>
        `${nodes.map(({ node, own, other, last }) => `${node}: ${String(own)} × its own pod, ${String(other)} × the other${last === 'answered' ? '' : `, ${last}`}`).join('; ')} (kube-proxy: ${proxy})`,
      subjectShows: {
        text: `both pods among ${String(CONNECTIONS)} connections to either node`,
        holds: ({ nodes }) =>
          nodes.every(({ own, other }) => own > 0 && other > 0 && own + other === CONNECTIONS),
        unclear: nothingMayGetLost,
      },
      controlShows: {
        text: `the pod on that node in all ${String(CONNECTIONS)} connections`,
        holds: ({ nodes }) => nodes.every(({ own }) => own === CONNECTIONS),
        unclear: nothingMayGetLost,
      },
    }),
    variantClaim({
      id: 'local-stays-on-the-node',
      must: 'With externalTrafficPolicy Local a NodePort MUST NOT lead to another node: one without a pod of the Service drops the connection',
      source: {
        lines: [45, 45],
        sentence:
          'with a NodePort service, a connection to the node’s port is forwarded to a randomly selected pod (possibly on another node)',
      },
      correction:
        'That is the default, externalTrafficPolicy Cluster; with Local no connection leaves the node.',
      subject: 'NodePort, Local',
      control: 'NodePort, Cluster',
      partners: PODS,
      observe: async (variant, scene) => {
        const port = await portOf(variant, scene);
        const [withPod, without] = PODS.map((pod) => scene.pod(pod).node);
        if (withPod === undefined || without === undefined) throw new CannotTell('there are no two pods');
        return {
          nonce: scene.nonceOf(PODS[0]),
          withPod: await afterRules(withPod, port, scene),
          without: await afterRules(without, port, scene),
          // The same curl gets through to that node on another port, so that silence is no matter of the way.
          reference: await askNode(without, HOST_PORT, scene),
          referenceNonce: scene.nonceOf(PODS[1]),
          proxy: await proxyMode(without),
        };
      },
      show: ({ withPod, without }) => `node with the pod: ${brief(withPod)}, node without: ${brief(without)}`,
      subjectShows: {
        text: 'an answer by the node with the pod, and no answer (curl 28) by the one without',
        holds: ({ nonce, withPod, without }) =>
          isAnswerOf(withPod, nonce) && without.kind === 'failed' && without.curlExit === 28,
        unclear: bothNodesMustBeReached,
      },
      controlShows: {
        text: 'the pod’s answer by both nodes',
        holds: ({ nonce, withPod, without }) => isAnswerOf(withPod, nonce) && isAnswerOf(without, nonce),
        unclear: bothNodesMustBeReached,
      },
    }),
  ],
  mutants: [
    {
      id: 'policy-local',
      change: 'externalTrafficPolicy Local: each node keeps to its own pod',
      fells: ['leads-to-any-node'],
      target: 'node-port',
      mutateObject: ({ spec }) => (spec.externalTrafficPolicy = 'Local'),
    },
    {
      id: 'one-pod-less',
      change: 'the second pod without the label: the Service has one pod, on one node',
      fells: ['leads-to-any-node'],
      target: 'pod-node-port-2',
      mutate: ({ metadata }) => delete metadata.labels?.['app'],
    },
    {
      id: 'session-affinity',
      change: 'sessionAffinity ClientIP: any pod, but always the same for one client',
      fells: ['leads-to-any-node'],
      target: 'node-port',
      mutateObject: ({ spec }) => (spec['sessionAffinity'] = 'ClientIP'),
    },
    {
      id: 'another-host-port',
      change: 'hostPort 9006 changed to 9016',
      fells: ['leads-to-any-node'],
      target: PODS,
      mutate: eachPort((port) => (port.hostPort = 9016)),
    },
    {
      id: 'policy-cluster',
      change: 'externalTrafficPolicy Cluster instead of Local',
      fells: ['local-stays-on-the-node'],
      target: 'node-port-local',
      mutateObject: ({ spec }) => (spec.externalTrafficPolicy = 'Cluster'),
    },
    {
      id: 'internal-policy-instead',
      change: 'internalTrafficPolicy Local instead: that is for connections from inside the cluster',
      fells: ['local-stays-on-the-node'],
      target: 'node-port-local',
      mutateObject: ({ spec }) => {
        delete spec.externalTrafficPolicy;
        spec['internalTrafficPolicy'] = 'Local';
      },
    },
    {
      id: 'a-pod-on-each-node',
      change: 'the second pod gets the label, too: no node is without a pod of the Service',
      fells: ['local-stays-on-the-node'],
      target: 'pod-node-port-2',
      mutate: ({ metadata }) => (metadata.labels = { ...metadata.labels, only: 'first' }),
    },
  ],
});

function brief(answer: HttpAnswer): string {
  if (answer.kind === 'answered') return String(answer.status);
  return answer.kind === 'refused' ? 'refused (curl 7)' : `no answer (curl ${String(answer.curlExit)})`;
}

/** A refusal says something about the port; silence may be an accident. */
function nothingMayGetLost({ nodes }: { readonly nodes: readonly Count[] }): string | undefined {
  const lost = nodes.find(({ last }) => last === 'failed');
  return lost === undefined ? undefined : `${lost.node} left a connection without an answer`;
}

type Policy = {
  readonly withPod: HttpAnswer;
  readonly without: HttpAnswer;
  readonly reference: HttpAnswer;
  readonly referenceNonce: string;
  readonly proxy: string;
};

function bothNodesMustBeReached({ withPod, reference, referenceNonce, proxy }: Policy): string | undefined {
  // Source: kubernetes/kubernetes#97081.
  if (proxy === 'ipvs') return 'with ipvs a connection may reach another node, and only its answer gets lost';
  if (withPod.kind !== 'answered') return `the node with the pod does not answer: ${brief(withPod)}`;
  return isAnswerOf(reference, referenceNonce)
    ? undefined
    : `the node without does not answer on port ${String(HOST_PORT)} either: ${brief(reference)}`;
}
