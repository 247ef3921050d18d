import {
  CannotTell,
  done,
  httpFrom,
  isAnswerOf,
  lostAmong,
  pending,
  showAnswer,
  strangerAmong,
  type HttpAnswer,
  type HttpTarget,
  type LaptopAnswers,
  type NodeUnderTest,
  type PodUnderTest,
  type Scene,
} from '../../harness/index.ts';

export const HOST_PORT = 9000;
const POD_PORT = 8080;
/** A server starts in milliseconds; an overloaded machine gets its time. */
const START_MS = 20_000;

export function at(host: string, port = HOST_PORT): HttpTarget {
  return { host, port, path: '/nonce' };
}

/**
 * What a node gets on the pod's own address, once the server answers there: a container that runs may not listen yet,
 * and a refusal would then say nothing about any other port. A mutant's server listens on the host port instead.
 *
 * @throws CannotTell when the pod has no address; TimeoutError when its server answers nowhere
 */
export async function onPodAddress(
  pod: PodUnderTest,
  from: NodeUnderTest,
  scene: Scene,
): Promise<HttpAnswer> {
  const { status } = await pod.read();
  const host = status?.podIP;
  if (host === undefined) throw new CannotTell(`pod ${pod.name} has no address`);
  return scene.until<HttpAnswer>(`the server of pod ${pod.name}`, START_MS, async () => {
    const answer = await httpFrom(from.runner, at(host, POD_PORT));
    if (answer.kind === 'answered') return done(answer);
    const there = await httpFrom(from.runner, at(host));
    return there.kind === 'answered' ? done(answer) : pending(showAnswer(answer));
  });
}

/**
 * The first that is neither a refusal nor an answer of one of our pods, in words. A time-out may be chance, and where
 * somebody else has the port, nothing can be said about it.
 */
export function neitherOurs(answers: readonly HttpAnswer[], nonces: readonly string[]): string | undefined {
  return lostAmong(answers) ?? strangerAmong(answers, nonces);
}

type EveryWay = Readonly<Record<'fromItsNode' | 'fromOtherNode' | 'fromOutside', HttpAnswer>> & {
  readonly fromLaptop: LaptopAnswers;
};

/** From everywhere where it was asked. */
export function everyAnswer({ fromItsNode, fromOtherNode, fromOutside, fromLaptop }: EveryWay): HttpAnswer[] {
  const named = fromLaptop.asked ? [fromLaptop.fromNamed] : [];
  return [fromItsNode, fromOtherNode, fromOutside, ...ofItsNode(fromLaptop), ...named];
}

/** What this machine got from the pod's own node, if it was asked. */
export function ofItsNode(seen: LaptopAnswers): readonly HttpAnswer[] {
  return seen.asked ? [seen.fromItsNode] : [];
}

/** `minikube ip` names the control plane: it leads to the pod if that is its node, and nowhere if not. */
export function laptopReaches(
  seen: LaptopAnswers,
  { nonce, nodeAddress }: { readonly nonce: string; readonly nodeAddress: string },
): boolean {
  if (!seen.asked) return true;
  const isNamed = seen.named === nodeAddress;
  return (
    isAnswerOf(seen.fromItsNode, nonce) &&
    (isNamed ? isAnswerOf(seen.fromNamed, nonce) : seen.fromNamed.kind === 'refused')
  );
}

/** The end of a line; nothing where it was not asked. */
export function showLaptop(seen: LaptopAnswers): string {
  if (!seen.asked) return '';
  return `, ${brief(seen.fromItsNode)} from this machine (${brief(seen.fromNamed)} at ${seen.named}, which minikube ip names)`;
}

/** `200`, `refused`, `failed` */
export function brief(answer: HttpAnswer): string {
  return answer.kind === 'answered' ? String(answer.status) : answer.kind;
}

const PODS = ['pod-hostport', 'pod-without-hostport'];

/** What the pod must answer, and what one of the two answers: whatever else comes back is somebody else's. */
export function ours(pod: PodUnderTest, scene: Scene): { nonce: string; nonces: readonly string[] } {
  return { nonce: scene.nonceOf(pod.name), nonces: PODS.map((name) => scene.nonceOf(name)) };
}

type Server = ReturnType<typeof ours> & { readonly podAddress: HttpAnswer };

/** The pod's server must work, and each question must get an answer of ours or a refusal. */
export function muddled(
  { podAddress, nonce, nonces }: Server,
  answers: readonly HttpAnswer[],
): string | undefined {
  return isAnswerOf(podAddress, nonce)
    ? neitherOurs(answers, nonces)
    : `the server itself does not answer on the pod’s address: ${showAnswer(podAddress)}`;
}
