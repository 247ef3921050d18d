import {
  CannotTell,
  isAnswerOf,
  type HttpAnswer,
  type LaptopAnswers,
  type PodUnderTest,
} from '../../harness/index.ts';

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

export async function podIP(pod: PodUnderTest): Promise<string> {
  const { status } = await pod.read();
  if (status?.podIP === undefined) throw new CannotTell(`pod ${pod.name} has no address`);
  return status.podIP;
}
