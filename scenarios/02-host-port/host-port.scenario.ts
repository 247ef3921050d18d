import {
  CannotTell,
  claim,
  defineScenario,
  eachPort,
  httpFrom,
  httpFromLaptop,
  listeningPorts,
  namespaceOf,
  namespaceOfNode,
  isAnswerOf,
  showAnswer,
  type HttpAnswer,
  type PodUnderTest,
} from '../../harness/index.ts';
import {
  at,
  brief,
  everyAnswer,
  HOST_PORT,
  laptopReaches,
  muddled,
  neitherOurs,
  ofItsNode,
  onPodAddress,
  ours,
  showLaptop,
} from './ways.ts';

/** The kubelet listens here on every node, so a table of listeners without it is not the node's. */
const KUBELET_PORT = 10250;

export default defineScenario({
  id: 'host-port',
  title: 'A hostPort leads from one node’s port to the pod on that node, and the pod keeps its own network',
  article: { heading: 'Binding to a host port without using the host’s network namespace', lines: [39, 64] },
  tags: ['core'],
  requires: { schedulableNodes: 2 },
  // On the same node the control would find the subject behind port 9000.
  place: { 'pod-hostport': 'A', 'pod-without-hostport': 'B' },
  locks: ['hostPort 9000'],
  claims: [
    claim({
      id: 'answers-on-its-node',
      must: 'A pod with hostPort 9000 MUST answer on port 9000 of the node it runs on',
      source: {
        lines: [54, 60],
        sentence: 'you can access it through port 9000 of the node it’s scheduled to',
      },
      requires: { outsider: true },
      subject: 'pod-hostport',
      control: 'pod-without-hostport',
      observe: async (pod, scene) => ({
        ...ours(pod, scene),
        // Positive check: the server itself works, so a refusal on the node's port means that the port is closed.
        podAddress: await onPodAddress(pod, pod.node, scene),
        fromItsNode: await httpFrom(pod.node.runner, at(pod.node.address)),
        fromOtherNode: await httpFrom(otherNode(pod).runner, at(pod.node.address)),
        fromOutside: await httpFrom(await scene.outsider(), at(pod.node.address)),
        nodeAddress: pod.node.address,
        fromLaptop: await httpFromLaptop(scene, pod.node, { port: HOST_PORT, path: '/nonce' }),
      }),
      show: ({ fromItsNode, fromOtherNode, fromOutside, fromLaptop }) =>
        `${showAnswer(fromItsNode)} on the node, ${brief(fromOtherNode)} from another node, ${brief(fromOutside)} from outside${showLaptop(fromLaptop)}`,
      subjectShows: {
        text: 'status 200 and this run’s nonce, from the node, from another node and from outside the nodes',
        holds: ({ nonce, nodeAddress, fromLaptop, ...seen }) =>
          [seen.fromItsNode, seen.fromOtherNode, seen.fromOutside].every((answer) =>
            isAnswerOf(answer, nonce),
          ) && laptopReaches(fromLaptop, { nonce, nodeAddress }),
        unclear: (seen) => muddled(seen, everyAnswer(seen)),
      },
      controlShows: {
        text: 'a refused connection everywhere',
        holds: ({ fromItsNode, fromOtherNode, fromOutside, fromLaptop }) =>
          [fromItsNode, fromOtherNode, fromOutside, ...ofItsNode(fromLaptop)].every(
            ({ kind }) => kind === 'refused',
          ),
        unclear: (seen) => muddled(seen, everyAnswer(seen)),
      },
    }),
    claim({
      id: 'not-on-other-nodes',
      must: 'A pod with hostPort 9000 MUST NOT be reachable through port 9000 of other nodes',
      source: {
        lines: [54, 54],
        sentence: 'you’ll see you can’t access the pod through that port on the other nodes',
      },
      requires: { outsider: true },
      subject: 'pod-hostport',
      control: 'pod-without-hostport',
      observe: async (pod, scene) => {
        const outsider = await scene.outsider();
        const podAddress = await onPodAddress(pod, otherNode(pod), scene);
        const own: HttpAnswer[] = [];
        const others: HttpAnswer[] = [];
        for (const other of pod.otherNodes) {
          // Positive check of the very same curl from the very same places.
          own.push(await httpFrom(other.runner, at(pod.node.address)));
          own.push(await httpFrom(outsider, at(pod.node.address)));
          others.push(await httpFrom(other.runner, at(other.address)));
          others.push(await httpFrom(outsider, at(other.address)));
        }
        return {
          ...ours(pod, scene),
          podAddress,
          own,
          others,
          otherNames: pod.otherNodes.map(({ name }) => name),
        };
      },
      show: ({ own, others, otherNames }) =>
        `${otherNames.join(', ')}: ${others.map(showAnswer).join(', ')}; the same curl on its own node: ${own.map(brief).join(', ')}`,
      subjectShows: {
        text: 'a refusal by every other node, while the same curl reaches its own node',
        holds: ({ nonce, own, others }) =>
          others.every(({ kind }) => kind === 'refused') && own.every((answer) => isAnswerOf(answer, nonce)),
        unclear: (seen) => muddled(seen, [...seen.own, ...seen.others]),
      },
      controlShows: {
        text: 'a refusal by its own node, and no answer of its own anywhere else',
        holds: ({ nonce, own, others }) =>
          own.every(({ kind }) => kind === 'refused') && !others.some((answer) => isAnswerOf(answer, nonce)),
        unclear: (seen) => muddled(seen, [...seen.own, ...seen.others]),
      },
    }),
    claim({
      id: 'own-network-namespace',
      must: 'A pod with hostPort MUST keep a network namespace of its own while the node’s port leads to it',
      source: {
        lines: [41, 43],
        sentence:
          'bind to a port in the node’s default namespace, but still have their own network namespace',
      },
      subject: 'pod-hostport',
      control: 'pod-without-hostport',
      observe: async (pod, scene) => ({
        ...ours(pod, scene),
        pod: await namespaceOf(pod.runner, 'net'),
        node: await namespaceOfNode(pod.node, 'net'),
        podAddress: await onPodAddress(pod, pod.node, scene),
        onNode: await httpFrom(pod.node.runner, at(pod.node.address)),
      }),
      show: ({ pod, node, onNode }) =>
        `${pod} ${pod === node ? '=' : '≠'} node ${node}, port 9000 ${brief(onNode)}`,
      subjectShows: {
        text: 'its own namespace and an answer on the node’s port',
        holds: ({ pod, node, onNode, nonce }) => pod !== node && isAnswerOf(onNode, nonce),
        unclear: ({ onNode, nonces }) => neitherOurs([onNode], nonces),
      },
      controlShows: {
        text: 'its own namespace and a refusal on the node’s port',
        holds: ({ pod, node, onNode }) => pod !== node && onNode.kind === 'refused',
        unclear: (seen) => muddled(seen, [seen.onNode]),
      },
    }),
    claim({
      id: 'nothing-listens',
      must: 'Port 9000 of the node MUST lead to the pod although no process listens on it there',
      source: {
        lines: [41, 43],
        sentence: 'A related feature allows pods to bind to a port in the node’s default namespace',
      },
      correction: 'Nothing is bound: the network plugin rewrites the packets for that port.',
      subject: 'pod-hostport',
      control: 'pod-without-hostport',
      observe: async (pod, scene) => {
        // A server that has not begun would refuse as well.
        await onPodAddress(pod, pod.node, scene);
        const listening = await listeningPorts(pod.node.runner);
        return {
          ...ours(pod, scene),
          onNode: await httpFrom(pod.node.runner, at(pod.node.address)),
          listens: listening.includes(HOST_PORT),
          kubeletListens: listening.includes(KUBELET_PORT),
        };
      },
      show: ({ onNode, listens }) =>
        `port 9000 ${brief(onNode)}, ${listens ? 'a process listens' : 'nobody listens'} on it`,
      subjectShows: {
        text: 'an answer of the pod, and no listener on the node',
        holds: ({ onNode, nonce, listens }) => isAnswerOf(onNode, nonce) && !listens,
        unclear: incomplete,
      },
      controlShows: {
        text: 'a refusal, as no listener and no rule makes it',
        holds: ({ onNode, listens }) => onNode.kind === 'refused' && !listens,
        unclear: incomplete,
      },
    }),
  ],
  mutants: [
    {
      id: 'hostPort-removed',
      change: 'hostPort removed',
      fells: ['answers-on-its-node', 'not-on-other-nodes', 'own-network-namespace', 'nothing-listens'],
      mutate: eachPort((port) => delete port.hostPort),
    },
    {
      id: 'hostPort-9001',
      change: 'hostPort 9000 changed to 9001',
      fells: ['answers-on-its-node', 'not-on-other-nodes'],
      mutate: eachPort((port) => (port.hostPort = 9001)),
    },
    {
      id: 'udp-instead-of-tcp',
      change: 'the same number for UDP: a hostPort belongs to one protocol',
      fells: ['answers-on-its-node'],
      mutate: eachPort((port) => (port.protocol = 'UDP')),
    },
    {
      id: 'hostNetwork-instead',
      change:
        'hostNetwork and a server on 9000 instead: answers on the node, but without a network of its own',
      fells: ['own-network-namespace', 'nothing-listens'],
      mutate: ({ spec }) => {
        spec.hostNetwork = true;
        for (const container of spec.containers) {
          container.ports = [{ containerPort: HOST_PORT, hostPort: HOST_PORT }];
          container.command = ['serve', '--http', `:${String(HOST_PORT)}`];
        }
      },
    },
    {
      id: 'hostPort-on-another-node',
      change: 'a pod on another node has hostPort 9000 too: port 9000 of that node is no longer closed',
      fells: ['not-on-other-nodes'],
      target: 'pod-without-hostport',
      mutate: eachPort((port) => (port.hostPort = HOST_PORT)),
    },
  ],
});

type Listening = {
  readonly kubeletListens: boolean;
  readonly onNode: HttpAnswer;
  readonly nonces: readonly string[];
};

function incomplete({ kubeletListens, onNode, nonces }: Listening): string | undefined {
  return kubeletListens ? neitherOurs([onNode], nonces) : 'the node’s list of listeners lacks the kubelet';
}

function otherNode(pod: PodUnderTest): PodUnderTest['node'] {
  const [other] = pod.otherNodes;
  if (other === undefined) throw new CannotTell('there is no second node that takes pods');
  return other;
}
