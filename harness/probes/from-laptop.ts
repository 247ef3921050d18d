import { Deadline } from '../core/deadline.ts';
import { CannotTell, type NodeUnderTest, type Scene } from '../core/under-test.ts';
import { read } from './answer.ts';
import { httpFrom, type HttpAnswer } from './http.ts';

/** Where minikube's API server listens on its node: the way there is tried with something that certainly answers. */
const API_PORT = 8443;
const CURL_MS = 10_000;

/** What this machine got from a port of nodes, as the article asks: `curl http://<minikube ip>:9000`. */
export type LaptopAnswers =
  | { readonly asked: false; readonly why: string }
  | {
      readonly asked: true;
      /** What the provider's command said: the address of the control plane, whatever node the pod is on. */
      readonly named: string;
      readonly fromNamed: HttpAnswer;
      readonly fromItsNode: HttpAnswer;
    };

/**
 * Asks from this machine, by the address that `minikube ip` tells and by that of the pod's own node. Where there is no
 * such command, no curl or no way to a node, it is not asked, for a reason; no other way is taken in its place.
 *
 * @throws CannotTell when the command does not tell an address
 */
export async function httpFromLaptop(
  scene: Pick<Scene, 'laptop'>,
  node: NodeUnderTest,
  target: { readonly port: number; readonly path: string },
): Promise<LaptopAnswers> {
  const { laptop } = scene;
  if (laptop === undefined) return { asked: false, why: 'minikube ip is a command of minikube alone' };
  if (laptop.outOfReach !== undefined) return { asked: false, why: laptop.outOfReach };
  const deadline = Deadline.in(CURL_MS, 'curl to tell its version');
  const curl = await laptop.runner.run(['curl', '--version'], { deadline });
  if (curl.kind === 'notStarted') return { asked: false, why: 'there is no curl on this machine' };
  const named = parseAddress(await read(laptop.runner, laptop.nodeAddress));
  const way = await httpFrom(laptop.runner, { host: named, port: API_PORT, path: '/' });
  if (way.kind !== 'answered') {
    return { asked: false, why: `no way from this machine to ${named}: its API server does not answer here` };
  }
  return {
    asked: true,
    named,
    fromNamed: await httpFrom(laptop.runner, { ...target, host: named }),
    fromItsNode: await httpFrom(laptop.runner, { ...target, host: node.address }),
  };
}

/** @throws CannotTell */
function parseAddress(text: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return text;
  throw new CannotTell(`minikube ip told no address: ${JSON.stringify(text.slice(0, 80))}`);
}
