import {
  CannotTell,
  claim,
  defineScenario,
  eachPort,
  httpFrom,
  NO_FREE_PORT,
  podState,
  isAnswerOf,
  lostAmong,
  showAnswer,
  showUdp,
  strangerAmong,
  udpFromNode,
  untilServing,
  withoutPreemption,
  type HttpAnswer,
  type NodeUnderTest,
  type PodUnderTest,
  type Scene,
} from '../../harness/index.ts';

const HOST_PORT = 9004;
const POD_PORT = 8080;
const PODS = ['pod-port-loopback-1', 'pod-port-loopback-2', 'pod-port-udp', 'pod-port-any'];

const SOURCE = {
  lines: [48, 48],
  sentence: 'If a host port is used, only a single pod instance can be scheduled to a node',
} as const;

export default defineScenario({
  id: 'host-port-key',
  title: 'One pod per node and host port is only half true: address and protocol belong to the key',
  article: { heading: 'Binding to a host port without using the host’s network namespace', lines: [39, 64] },
  tags: ['correction'],
  locks: ['hostPort 9004'],
  // The control would win the port, were it there first.
  acts: [
    { what: 'three pods take port 9004 of one node' },
    { what: 'a fourth wants it on every address', creates: ['pod-port-any'] },
  ],
  claims: [
    claim({
      id: 'address-is-part-of-the-key',
      must: 'Two pods on one node MUST be able to use the same host port on different addresses, and each MUST answer on its own',
      source: SOURCE,
      correction: 'A node takes one pod per host port and address, not one per host port.',
      subject: 'pod-port-loopback-2',
      control: 'pod-port-any',
      partners: ['pod-port-loopback-1'],
      when: 'settled',
      observe: async (pod, scene) => {
        const { node, ...pair } = await pairOf(pod, scene);
        const ask = (host: string): Promise<HttpAnswer> =>
          httpFrom(node.runner, { host, port: HOST_PORT, path: '/nonce' });
        return {
          ...pair,
          firstNonce: scene.nonceOf('pod-port-loopback-1'),
          secondNonce: scene.nonceOf(pod.name),
          nonces: PODS.map((name) => scene.nonceOf(name)),
          // One after the other, and the node's own address, which neither pod asked for.
          first: await ask('127.0.0.1'),
          second: await ask('127.0.0.2'),
          elsewhere: await ask(node.address),
        };
      },
      show: ({ state, message, first, second }) =>
        state === 'running'
          ? `runs beside the other; 127.0.0.1 ${showAnswer(first)}, 127.0.0.2 ${showAnswer(second)}`
          : `${state}: ${withoutPreemption(message)}`,
      subjectShows: {
        text: 'both pods running on one node, 127.0.0.1 leading to the one, 127.0.0.2 to the other, the node’s address to neither',
        holds: ({ state, sameNode, partner, firstNonce, secondNonce, first, second, elsewhere }) =>
          state === 'running' &&
          partner === 'running' &&
          sameNode &&
          isAnswerOf(first, firstNonce) &&
          isAnswerOf(second, secondNonce) &&
          elsewhere.kind === 'refused',
        unclear: ({ first, second, elsewhere, nonces, ...pair }) =>
          neitherRuns(pair) ??
          lostAmong([first, second, elsewhere]) ??
          strangerAmong([first, second, elsewhere], nonces),
      },
      controlShows: {
        text: `Pending beside it: without an address it wants all of them, “… ${NO_FREE_PORT} …”`,
        holds: waitsForThePort,
      },
    }),
    claim({
      id: 'protocol-is-part-of-the-key',
      must: 'A pod MUST be able to use a host port for UDP on a node where others have it for TCP, and MUST answer there',
      source: SOURCE,
      correction: 'A node takes one pod per host port and protocol, not one per host port.',
      subject: 'pod-port-udp',
      control: 'pod-port-any',
      partners: ['pod-port-loopback-1'],
      when: 'settled',
      observe: async (pod, scene) => {
        const { node, ...pair } = await pairOf(pod, scene);
        const here = { host: node.address, port: HOST_PORT };
        return {
          ...pair,
          nonce: scene.nonceOf(pod.name),
          nonces: PODS.map((name) => scene.nonceOf(name)),
          udp: await udpFromNode(node, here, 'hello'),
          tcp: await httpFrom(node.runner, { ...here, path: '/nonce' }),
        };
      },
      show: ({ state, message, udp }) =>
        state === 'running'
          ? `runs beside the other; UDP ${showUdp(udp)}`
          : `${state}: ${withoutPreemption(message)}`,
      subjectShows: {
        text: 'running on the node of the TCP pod, its nonce and the datagram back over UDP, a refusal over TCP',
        holds: ({ state, sameNode, partner, nonce, udp, tcp }) =>
          state === 'running' &&
          partner === 'running' &&
          sameNode &&
          udp.kind === 'answered' &&
          udp.text === `${nonce} hello` &&
          tcp.kind === 'refused',
        unclear: ({ udp, tcp, nonces, ...pair }) =>
          neitherRuns(pair) ??
          (udp.kind === 'silent'
            ? 'no datagram came back, which can be chance'
            : (lostAmong([tcp]) ?? strangerAmong([tcp], nonces))),
      },
      controlShows: {
        text: `Pending beside it: it wants the port for TCP, “… ${NO_FREE_PORT} …”`,
        holds: waitsForThePort,
      },
    }),
  ],
  mutants: [
    {
      id: 'same-address',
      change: 'the second pod wants 127.0.0.1, too: the key is taken',
      fells: ['address-is-part-of-the-key'],
      mutate: eachPort((port) => (port.hostIP = '127.0.0.1')),
    },
    {
      id: 'same-protocol',
      change: 'the UDP pod wants TCP: on every address, so the key of the others is taken',
      fells: ['protocol-is-part-of-the-key'],
      mutate: eachPort((port) => (port.protocol = 'TCP')),
    },
    {
      id: 'another-port',
      change: 'the fourth pod wants 9014: nothing is in its way',
      fells: ['address-is-part-of-the-key', 'protocol-is-part-of-the-key'],
      target: 'pod-port-any',
      mutate: eachPort((port) => (port.hostPort = 9014)),
    },
    {
      id: 'address-of-its-own',
      change: 'the fourth pod wants 127.0.0.3 only: an address that is free',
      fells: ['address-is-part-of-the-key', 'protocol-is-part-of-the-key'],
      target: 'pod-port-any',
      mutate: eachPort((port) => (port.hostIP = '127.0.0.3')),
    },
  ],
});

type Pair = {
  readonly state: string;
  readonly message: string;
  readonly partner: string;
  readonly sameNode: boolean;
};

/** How a pod and the first one stand, once those that run serve, and the node to ask: theirs, where they have one. */
async function pairOf(pod: PodUnderTest, scene: Scene): Promise<Pair & { readonly node: NodeUnderTest }> {
  const partner = scene.pod('pod-port-loopback-1');
  const [own, other] = await Promise.all([pod.read(), partner.read()]);
  const [state, partnerState] = [podState(own), podState(other)];
  if (state.kind === 'running') await untilServing(pod, POD_PORT, scene);
  if (partnerState.kind === 'running') await untilServing(partner, POD_PORT, scene);
  const [anyNode] = scene.nodes;
  const node = scene.nodes.find(({ name }) => name === (other.spec.nodeName ?? own.spec.nodeName)) ?? anyNode;
  if (node === undefined) throw new CannotTell('there is no node that takes pods');
  return {
    node,
    state: state.kind,
    message: state.kind === 'unschedulable' ? state.message : '',
    partner: partnerState.kind,
    sameNode: own.spec.nodeName !== undefined && own.spec.nodeName === other.spec.nodeName,
  };
}

/** Between the two of them one gets its port, whatever they want; if neither does, another workload has it. */
function neitherRuns({ state, message, partner }: Pair): string | undefined {
  return state !== 'running' && partner !== 'running'
    ? `neither of the two runs, as if somebody else had the port: ${withoutPreemption(message)}`
    : undefined;
}

function waitsForThePort({ state, message, partner }: Pair): boolean {
  return state === 'unschedulable' && message.includes(NO_FREE_PORT) && partner === 'running';
}
