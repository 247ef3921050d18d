import { done, pending } from '../core/poll.ts';
import { CannotTell, type PodUnderTest, type Scene } from '../core/under-test.ts';
import { httpFrom, showAnswer } from './http.ts';

/** A server starts in milliseconds; an overloaded machine gets its time. */
const START_MS = 20_000;

/**
 * Waits until the HTTP server of a pod answers on the pod's own address, asked by its node. A container that runs may
 * not listen yet, and a refusal of another port would then say nothing about that port.
 *
 * @throws CannotTell when the pod has no address; TimeoutError with the last answer
 */
export async function untilServing(pod: PodUnderTest, port: number, scene: Scene): Promise<void> {
  const host = (await pod.read()).status?.podIP;
  if (host === undefined) throw new CannotTell(`pod ${pod.name} has no address`);
  await scene.until(`the server of pod ${pod.name}`, START_MS, async () => {
    const answer = await httpFrom(pod.node.runner, { host, port });
    return answer.kind === 'answered' ? done(answer) : pending(showAnswer(answer));
  });
}
