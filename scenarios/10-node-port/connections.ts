import {
  CannotTell,
  done,
  httpFrom,
  httpManyFrom,
  isAnswerOf,
  pending,
  untilServing,
  type HttpAnswer,
  type NodeUnderTest,
  type Scene,
  type Stage,
  type VariantUnderTest,
} from '../../harness/index.ts';

export const HOST_PORT = 9006;
export const PODS = ['pod-node-port-1', 'pod-node-port-2'] as const;

/** With two pods and a fair coin, one of them is missed in all of them once in 5 · 10^11 times. */
export const CONNECTIONS = 40;

/** kube-proxy writes its rules at most once a second, and all nodes do it in their own time. */
const PROXY_MS = 20_000;
const RULES_MS = 1500;

export async function bothServe(stage: Stage): Promise<void> {
  await Promise.all(PODS.map((name) => untilServing(stage.pod(name), 8080, stage)));
}

/** The variant's port: a host port as it is, or the port that the API server gave to a Service. */
export async function portOf({ value }: VariantUnderTest, scene: Scene): Promise<number> {
  if (typeof value !== 'string') return HOST_PORT;
  const { spec } = await scene.read('Service', value);
  const { ports } = (spec ?? {}) as { ports?: readonly { nodePort?: number }[] };
  const nodePort = ports?.[0]?.nodePort;
  if (nodePort === undefined) throw new CannotTell(`Service ${value} has no nodePort`);
  return nodePort;
}

/** Who answered how often on a node, and how the last connection ended: none follows a failed one. */
export type Count = {
  readonly node: string;
  readonly own: number;
  readonly other: number;
  readonly last: HttpAnswer['kind'];
};

/** Asks a port of a pod's node again and again. */
export async function countAnswers(pod: string, port: number, scene: Scene): Promise<Count> {
  const { node } = scene.pod(pod);
  if (port === HOST_PORT) return count(pod, port, scene);
  await afterRules(node, port, scene);
  const first = await count(pod, port, scene);
  if (first.own > 0 && first.other > 0) return first;
  // The rules may have been written for one pod just before the other was known.
  await scene.hold(RULES_MS);
  return count(pod, port, scene);
}

async function count(pod: string, port: number, scene: Scene): Promise<Count> {
  const { name, address } = scene.pod(pod).node;
  const target = { host: address, port, path: '/nonce' };
  const answers = await httpManyFrom(await scene.outsider(), target, CONNECTIONS);
  const [own, other] = [pod, PODS.find((each) => each !== pod) ?? ''].map(
    (each) => answers.filter((answer) => isAnswerOf(answer, scene.nonceOf(each))).length,
  );
  return { node: name, own: own ?? 0, other: other ?? 0, last: answers.at(-1)?.kind ?? 'failed' };
}

/** The answer of a node's port once kube-proxy has rules for it there: before that the node refuses. */
export async function afterRules(node: NodeUnderTest, port: number, scene: Scene): Promise<HttpAnswer> {
  return scene.until(`kube-proxy on ${node.name} to know port ${String(port)}`, PROXY_MS, async () => {
    const answer = await askNode(node, port, scene);
    return answer.kind === 'refused' ? pending('refused') : done(answer);
  });
}

/** From outside the nodes: connections from a node itself are not what externalTrafficPolicy is about. */
export async function askNode({ address }: NodeUnderTest, port: number, scene: Scene): Promise<HttpAnswer> {
  return httpFrom(await scene.outsider(), { host: address, port, path: '/nonce', maxSeconds: 2 });
}
