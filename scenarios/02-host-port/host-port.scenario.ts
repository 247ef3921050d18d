import {
  CannotTell,
  claim,
  defineScenario,
  httpFrom,
  namespaceOf,
  namespaceOfNode,
  showAnswer,
  type HttpAnswer,
  type PodUnderTest,
} from '../../harness/index.ts';

const HOST_PORT = 9000;
const POD_PORT = 8080;

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
      subject: 'pod-hostport',
      control: 'pod-without-hostport',
      observe: async (pod, scene) => ({
        nonce: scene.nonceOf(pod.name),
        // Positive check: the server itself works, so a refusal on the node's port means that the port is closed.
        podAddress: await httpFrom(pod.node.runner, {
          host: await podIP(pod),
          port: POD_PORT,
          path: '/nonce',
        }),
        fromItsNode: await httpFrom(pod.node.runner, {
          host: pod.node.address,
          port: HOST_PORT,
          path: '/nonce',
        }),
        fromOtherNode: await httpFrom(otherNode(pod).runner, {
          host: pod.node.address,
          port: HOST_PORT,
          path: '/nonce',
        }),
        fromOutside: await httpFrom(await scene.outsider(), {
          host: pod.node.address,
          port: HOST_PORT,
          path: '/nonce',
        }),
      }),
      show: ({ fromItsNode, fromOtherNode, fromOutside }) =>
        `${showAnswer(fromItsNode)} on the node, ${brief(fromOtherNode)} from another node, ${brief(fromOutside)} from outside`,
      subjectShows: {
        text: 'status 200 and this run’s nonce, from the node, from another node and from outside the nodes',
        holds: ({ nonce, fromItsNode, fromOtherNode, fromOutside }) =>
          [fromItsNode, fromOtherNode, fromOutside].every((answer) => carries(answer, nonce)),
        unclear: serverMustAnswer,
      },
      controlShows: {
        text: 'a refused connection everywhere',
        holds: ({ fromItsNode, fromOtherNode, fromOutside }) =>
          [fromItsNode, fromOtherNode, fromOutside].every(({ kind }) => kind === 'refused'),
        unclear: serverMustAnswer,
      },
    }),
    claim({
      id: 'not-on-other-nodes',
      must: 'A pod with hostPort 9000 MUST NOT be reachable through port 9000 of other nodes',
      source: {
        lines: [54, 54],
        sentence: 'you’ll see you can’t access the pod through that port on the other nodes',
      },
      subject: 'pod-hostport',
      control: 'pod-without-hostport',
      observe: async (pod, scene) => {
        const other = otherNode(pod);
        const outsider = await scene.outsider();
        return {
          nonce: scene.nonceOf(pod.name),
          podAddress: await httpFrom(other.runner, {
            host: await podIP(pod),
            port: POD_PORT,
            path: '/nonce',
          }),
          // Positive check of the very same curl from the very same places.
          own: [
            await httpFrom(other.runner, at(pod.node.address)),
            await httpFrom(outsider, at(pod.node.address)),
          ],
          others: [
            await httpFrom(other.runner, at(other.address)),
            await httpFrom(outsider, at(other.address)),
          ],
          otherName: other.name,
        };
      },
      show: ({ own, others, otherName }) =>
        `${otherName}: ${others.map(showAnswer).join(', ')}; the same curl on its own node: ${own.map(brief).join(', ')}`,
      subjectShows: {
        text: 'a refusal by the other node, while the same curl reaches its own node',
        holds: ({ nonce, own, others }) =>
          others.every(({ kind }) => kind === 'refused') && own.every((answer) => carries(answer, nonce)),
        unclear: serverMustAnswer,
      },
      controlShows: {
        text: 'a refusal by its own node, and no answer of its own anywhere else',
        holds: ({ nonce, own, others }) =>
          own.every(({ kind }) => kind === 'refused') && !others.some((answer) => carries(answer, nonce)),
        unclear: serverMustAnswer,
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
        nonce: scene.nonceOf(pod.name),
        pod: await namespaceOf(pod.runner, 'net'),
        node: await namespaceOfNode(pod.node, 'net'),
        podAddress: await httpFrom(pod.node.runner, {
          host: await podIP(pod),
          port: POD_PORT,
          path: '/nonce',
        }),
        onNode: await httpFrom(pod.node.runner, at(pod.node.address)),
      }),
      show: ({ pod, node, onNode }) =>
        `${pod} ${pod === node ? '=' : '≠'} node ${node}, port 9000 ${brief(onNode)}`,
      subjectShows: {
        text: 'its own namespace and an answer on the node’s port',
        holds: ({ pod, node, onNode, nonce }) => pod !== node && carries(onNode, nonce),
      },
      controlShows: {
        text: 'its own namespace and a refusal on the node’s port',
        holds: ({ pod, node, onNode }) => pod !== node && onNode.kind === 'refused',
        unclear: serverMustAnswer,
      },
    }),
  ],
  mutants: [
    {
      id: 'hostPort-removed',
      change: 'hostPort removed',
      fells: ['answers-on-its-node', 'not-on-other-nodes', 'own-network-namespace'],
      mutate: ({ spec }) =>
        spec.containers.forEach(({ ports }) => ports?.forEach((port) => delete port.hostPort)),
    },
    {
      id: 'hostPort-9001',
      change: 'hostPort 9000 changed to 9001',
      fells: ['answers-on-its-node', 'not-on-other-nodes'],
      mutate: ({ spec }) =>
        spec.containers.forEach(({ ports }) => ports?.forEach((port) => (port.hostPort = 9001))),
    },
    {
      id: 'udp-instead-of-tcp',
      change: 'the same number for UDP: a hostPort belongs to one protocol',
      fells: ['answers-on-its-node'],
      mutate: ({ spec }) =>
        spec.containers.forEach(({ ports }) => ports?.forEach((port) => (port.protocol = 'UDP'))),
    },
    {
      id: 'hostNetwork-instead',
      change:
        'hostNetwork and a server on 9000 instead: answers on the node, but without a network of its own',
      fells: ['own-network-namespace'],
      mutate: ({ spec }) => {
        spec.hostNetwork = true;
        for (const container of spec.containers) {
          container.ports = [{ containerPort: HOST_PORT, hostPort: HOST_PORT }];
          container.command = ['serve', '--http', `:${String(HOST_PORT)}`];
        }
      },
    },
  ],
});

type Answers = { readonly podAddress: HttpAnswer; readonly nonce: string };

function serverMustAnswer({ podAddress, nonce }: Answers): string | undefined {
  return carries(podAddress, nonce)
    ? undefined
    : `the server itself does not answer on the pod’s address: ${showAnswer(podAddress)}`;
}

function carries(answer: HttpAnswer, nonce: string): boolean {
  return answer.kind === 'answered' && answer.status === 200 && answer.body === nonce;
}

function brief(answer: HttpAnswer): string {
  return answer.kind === 'answered' ? String(answer.status) : answer.kind;
}

function at(host: string): { host: string; port: number; path: string } {
  return { host, port: HOST_PORT, path: '/nonce' };
}

async function podIP(pod: PodUnderTest): Promise<string> {
  const { status } = await pod.read();
  if (status?.podIP === undefined) throw new CannotTell(`pod ${pod.name} has no address`);
  return status.podIP;
}

function otherNode(pod: PodUnderTest): PodUnderTest['node'] {
  const [other] = pod.otherNodes;
  if (other === undefined) throw new CannotTell('there is no second node that takes pods');
  return other;
}
