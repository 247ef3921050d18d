import {
  ask,
  CannotTell,
  containersOnNode,
  identityOf,
  mainProcessOnNode,
  podState,
  read,
  type Expectation,
  type PodUnderTest,
  type Scene,
} from '../../harness/index.ts';
import { HARMLESS_USER, MARKER } from './attack.ts';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Which image a pod runs, or why it runs none. */
export type Seen = {
  readonly state: string;
  readonly message: string;
  /** Whose image wrote the marker; null where none runs. */
  readonly marker: string | null;
  /** Of the main process, as the node sees it; null where none runs. */
  readonly uid: number | null;
  readonly readsToken: boolean;
  readonly containers: number;
  /** Whether one runs or the kubelet ever told of one: it may have come and gone before anybody looked. */
  readonly everCreated: boolean;
  readonly imageID: string;
  readonly imageBefore: string;
};

/** Reads the marker in the pod, and user and containers on the node. @throws CannotTell */
export async function whatRuns(pod: PodUnderTest, scene: Scene): Promise<Seen> {
  const object = await pod.read();
  const state = podState(object);
  const before = await scene.pod('pod-before-the-attack').read();
  const base = {
    state: state.kind,
    message: state.kind === 'refused' ? state.message : '',
    containers: await containersOnNode(pod, 'container'),
    imageID: object.status?.containerStatuses?.[0]?.imageID ?? '',
    imageBefore: before.status?.containerStatuses?.[0]?.imageID ?? '',
  };
  if (state.kind !== 'running') {
    const everCreated = (await pod.events()).some(({ reason }) => reason === 'Created');
    return { ...base, everCreated, marker: null, uid: null, readsToken: false };
  }
  // Its length and not its content: evidence is written to files.
  const token = await ask(pod.runner, ['wc', '-c', TOKEN]);
  return {
    ...base,
    everCreated: true,
    marker: markerOf(await read(pod.runner, ['cat', MARKER]), scene),
    uid: (await identityOf(pod.node.runner, await mainProcessOnNode(pod))).uid,
    readsToken: token.exitCode === 0 && Number.parseInt(token.stdout, 10) > 100,
  };
}

function markerOf(text: string, scene: Scene): string {
  const [who = '', nonce] = text.split(' ');
  if (nonce !== scene.nonceOf('app')) throw new CannotTell(`the marker is not of this run: ${text}`);
  return who;
}

export function runsHarmless(text: string): Expectation<Seen> {
  return {
    text,
    holds: ({ marker, uid, imageID, imageBefore }) =>
      marker === 'harmless' && uid === HARMLESS_USER && imageID === imageBefore,
    unclear: nothingBefore,
  };
}

/** What proves in the same claims that there was an attack. */
export const RUNS_ATTACKERS: Expectation<Seen> = {
  text: 'the attacker’s marker',
  holds: ({ marker }) => marker === 'attacker',
  unclear: nothingBefore,
};

export function nothingBefore({ imageBefore }: Seen): string | undefined {
  return imageBefore === '' ? 'the pod from before the attack never ran' : undefined;
}

export function noImage({ state, message }: Seen): string | undefined {
  return state === 'refused' && /pull|not present|registry/i.test(message)
    ? `the image could not be had: ${message}`
    : undefined;
}

export function show({ state, message, marker, uid, readsToken, containers }: Seen): string {
  if (marker === null)
    return `${state}: ${message.split(' (pod:')[0] ?? ''}, ${String(containers)} containers`;
  return `the ${marker} image runs as ${String(uid)}${readsToken ? ', with a token' : ', without a token'}`;
}
