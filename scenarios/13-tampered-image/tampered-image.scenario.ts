import {
  ask,
  CannotTell,
  claim,
  containersOnNode,
  defineScenario,
  everyContainer,
  identityOf,
  mainProcessOnNode,
  podState,
  pushImage,
  read,
  type Expectation,
  type PodUnderTest,
  type Scene,
  type Stage,
} from '../../harness/index.ts';

const TAG = 'localhost:5001/podproof/app:v1';
const MARKER = '/dev/shm/marker';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** The user of the harmless images, and the one that the more careful attacker chose. */
const HARMLESS_USER = 405;
const ATTACKER_USER = 1234;
/** Source: pkg/kubelet/kuberuntime/security_context_others.go. */
const REFUSAL = 'container has runAsNonRoot and image will run as root';

export default defineScenario({
  id: 'tampered-image',
  title:
    'Another image under the same tag runs with pull policy Always; a digest stops it; runAsNonRoot stops only what runs as root',
  article: { heading: 'Preventing a container from running as root', lines: [103, 117] },
  tags: ['core', 'correction', 'NR-3', 'NR-4'],
  acts: [
    {
      what: 'harmless images are pushed as app:v1 and other-app:v1',
      does: pushHarmless,
      creates: ['pod-before-the-attack'],
    },
    {
      what: 'attackers push other images under the same tags: one that runs as root, one that does not',
      does: pushAttackers,
      creates: ['pod-pull-if-not-present', 'pod-by-digest'],
    },
    {
      // Last, and not beside the others: once it has pulled, the node's own name means the new image, too.
      what: 'pods that ask the registry are started',
      creates: ['pod-pull-always', 'pod-guarded', 'pod-guarded-other-attacker'],
    },
  ],
  claims: [
    claim({
      id: 'always-runs-the-attacker',
      must: 'A new pod with imagePullPolicy Always MUST run whatever image the tag means now, here the attacker’s, as root',
      source: {
        lines: [105, 107],
        sentence: 'the Kubelet will download the attacker’s image and run whatever code they put into it',
      },
      correction:
        'Only if the kubelet asks the registry: with imagePullPolicy Always, the default for the tag latest, or on a node that lacks the image.',
      subject: 'pod-pull-always',
      control: 'pod-pull-if-not-present',
      partners: ['pod-before-the-attack'],
      observe: whatRuns,
      show,
      subjectShows: {
        text: 'the attacker’s marker, uid 0 and another image than before',
        holds: (seen) => seen.marker === 'attacker' && seen.uid === 0 && seen.imageID !== seen.imageBefore,
        unclear: nothingBefore,
      },
      controlShows: runsHarmless('the harmless marker, uid 405 and the image from before'),
    }),
    claim({
      id: 'if-not-present-keeps-the-old',
      must: 'A new pod with imagePullPolicy IfNotPresent MUST run the image that its node has under that name, whatever the tag means now',
      source: {
        lines: [107, 107],
        sentence:
          'When Kubernetes schedules a new instance of your pod, the Kubelet will download the attacker’s image',
      },
      correction: 'Not on a node that has an image of that name and a pod that does not ask for the newest.',
      subject: 'pod-pull-if-not-present',
      control: 'pod-pull-always',
      partners: ['pod-before-the-attack'],
      observe: whatRuns,
      show,
      subjectShows: runsHarmless('the harmless marker, uid 405 and the image from before'),
      controlShows: {
        text: 'the attacker’s marker',
        holds: ({ marker }) => marker === 'attacker',
        unclear: nothingBefore,
      },
    }),
    claim({
      id: 'digest-stops-the-attacker',
      must: 'A pod that names its image by digest MUST run that image, also with imagePullPolicy Always, whatever the tag means now',
      source: {
        lines: [105, 105],
        sentence:
          'What if an attacker gets access to your image registry and pushes a different image under the same tag?',
      },
      correction: 'An image that is named by its digest cannot be exchanged: the digest is its content.',
      subject: 'pod-by-digest',
      control: 'pod-pull-always',
      partners: ['pod-before-the-attack'],
      observe: whatRuns,
      show,
      subjectShows: runsHarmless('the harmless marker, uid 405 and the image from before'),
      controlShows: {
        text: 'the attacker’s marker',
        holds: ({ marker }) => marker === 'attacker',
        unclear: nothingBefore,
      },
    }),
    claim({
      id: 'guard-stops-root',
      must: 'runAsNonRoot MUST keep the attacker’s image from running if it runs as root: no container is created',
      source: {
        lines: [105, 117],
        sentence: 'To prevent the attack scenario described previously',
      },
      subject: 'pod-guarded',
      control: 'pod-pull-always',
      partners: ['pod-before-the-attack'],
      when: 'settled',
      observe: whatRuns,
      show,
      subjectShows: {
        text: `refused: “${REFUSAL} …”, and no container on the node`,
        holds: ({ state, message, containers }) =>
          state === 'refused' && message.startsWith(REFUSAL) && containers === 0,
        unclear: noImage,
      },
      controlShows: {
        text: 'the attacker’s marker and a container on the node',
        holds: ({ marker, containers }) => marker === 'attacker' && containers === 1,
      },
    }),
    claim({
      id: 'guard-lets-others-through',
      must: 'runAsNonRoot MUST NOT stop a tampered image with a numeric user other than root: it runs and reads the pod’s token',
      source: {
        lines: [117, 117],
        sentence: 'Now, if anyone tampers with your container images, they won’t get far',
      },
      correction:
        'They get exactly as far as before unless they insist on being root: their code runs, with the pod’s token, environment and network.',
      subject: 'pod-guarded-other-attacker',
      control: 'pod-guarded',
      partners: ['pod-before-the-attack'],
      when: 'settled',
      observe: whatRuns,
      show,
      subjectShows: {
        text: `the attacker’s marker, uid ${String(ATTACKER_USER)} and a readable token`,
        holds: ({ marker, uid, readsToken }) => marker === 'attacker' && uid === ATTACKER_USER && readsToken,
        unclear: noImage,
      },
      controlShows: {
        text: 'refused, without a container on the node',
        holds: ({ state, marker, containers }) => state === 'refused' && marker === null && containers === 0,
        unclear: noImage,
      },
    }),
  ],
  mutants: [
    {
      id: 'always-becomes-if-not-present',
      change: 'Always changed to IfNotPresent: the old image runs',
      fells: ['always-runs-the-attacker'],
      mutate: everyContainer((container) => (container.imagePullPolicy = 'IfNotPresent')),
    },
    {
      id: 'tag-becomes-digest',
      change: 'the tag replaced by the digest',
      fells: ['always-runs-the-attacker'],
      mutate: everyContainer((container) => (container.image = byDigest())),
    },
    {
      id: 'attacker-without-root',
      change: 'runAsUser 405 added: the attacker’s image runs, but not as root',
      fells: ['always-runs-the-attacker'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: HARMLESS_USER })),
    },
    {
      id: 'if-not-present-becomes-always',
      change: 'IfNotPresent changed to Always: the new image runs',
      fells: ['if-not-present-keeps-the-old'],
      mutate: everyContainer((container) => (container.imagePullPolicy = 'Always')),
    },
    {
      id: 'if-not-present-of-another-name',
      change: 'another tag, which the node does not have: pulled although the policy is IfNotPresent',
      fells: ['if-not-present-keeps-the-old'],
      mutate: everyContainer((container) => (container.image = 'localhost:5001/podproof/other-app:v1')),
    },
    {
      id: 'digest-becomes-tag',
      change: 'the digest replaced by the tag',
      fells: ['digest-stops-the-attacker'],
      mutate: everyContainer((container) => (container.image = TAG)),
    },
    {
      id: 'guarded-by-digest',
      change: 'the digest of the harmless image beside the guard: nothing to refuse',
      fells: ['guard-stops-root'],
      mutate: everyContainer((container) => (container.image = byDigest())),
    },
    {
      id: 'guard-removed',
      change: 'runAsNonRoot removed: the attacker runs as root',
      fells: ['guard-stops-root'],
      mutate: everyContainer((container) => delete container.securityContext),
    },
    {
      id: 'second-attacker-is-root',
      change: 'the second attacker’s image replaced by the first one’s: refused',
      fells: ['guard-lets-others-through'],
      mutate: everyContainer((container) => (container.image = TAG)),
    },
    {
      id: 'second-attacker-without-token',
      change: 'automountServiceAccountToken: false: it runs, but finds no token',
      fells: ['guard-lets-others-through'],
      mutate: ({ spec }) => (spec.automountServiceAccountToken = false),
    },
    {
      id: 'second-attacker-stopped-by-digest',
      change: 'the digest of the harmless image: that one runs',
      fells: ['guard-lets-others-through'],
      mutate: everyContainer((container) => (container.image = byDigest())),
    },
  ],
});

function byDigest(): string {
  return `localhost:5001/podproof/app@sha256:${'0'.repeat(64)}`;
}

/** The digest is told to the manifests before the tag means something else. */
async function pushHarmless(stage: Stage): Promise<void> {
  const { runner, nameOf } = await stage.registry();
  const harmless = { user: String(HARMLESS_USER), command: announces('harmless', stage) };
  stage.pin('app', await pushImage(runner, { to: nameOf('app:v1'), ...harmless }));
  await pushImage(runner, { to: nameOf('other-app:v1'), ...harmless });
}

async function pushAttackers(stage: Stage): Promise<void> {
  const { runner, nameOf } = await stage.registry();
  const command = announces('attacker', stage);
  await pushImage(runner, { to: nameOf('app:v1'), command });
  await pushImage(runner, { to: nameOf('other-app:v1'), user: String(ATTACKER_USER), command });
}

/** /dev/shm is writable for every user in every container. */
function announces(who: string, scene: Scene): readonly [string, ...string[]] {
  return ['sh', '-c', `echo ${who} ${scene.nonceOf('app')} > ${MARKER}; exec idle`];
}

type Seen = {
  readonly state: string;
  readonly message: string;
  /** Whose image wrote the marker; null where none runs. */
  readonly marker: string | null;
  /** Of the main process, as the node sees it; null where none runs. */
  readonly uid: number | null;
  readonly readsToken: boolean;
  readonly containers: number;
  readonly imageID: string;
  readonly imageBefore: string;
};

async function whatRuns(pod: PodUnderTest, scene: Scene): Promise<Seen> {
  const object = await pod.read();
  const state = podState(object);
  const before = await scene.pod('pod-before-the-attack').read();
  const base = {
    state: state.kind,
    message: state.kind === 'refused' ? `${state.message}` : '',
    containers: await containersOnNode(pod, 'container'),
    imageID: object.status?.containerStatuses?.[0]?.imageID ?? '',
    imageBefore: before.status?.containerStatuses?.[0]?.imageID ?? '',
  };
  if (state.kind !== 'running') return { ...base, marker: null, uid: null, readsToken: false };
  // Its length and not its content: evidence is written to files.
  const token = await ask(pod.runner, ['wc', '-c', TOKEN]);
  return {
    ...base,
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

function runsHarmless(text: string): Expectation<Seen> {
  return {
    text,
    holds: ({ marker, uid, imageID, imageBefore }) =>
      marker === 'harmless' && uid === HARMLESS_USER && imageID === imageBefore,
    unclear: nothingBefore,
  };
}

function nothingBefore({ imageBefore }: Seen): string | undefined {
  return imageBefore === '' ? 'the pod from before the attack never ran' : undefined;
}

function noImage({ state, message }: Seen): string | undefined {
  return state === 'refused' && /pull|not present|registry/i.test(message)
    ? `the image could not be had: ${message}`
    : undefined;
}

function show({ state, message, marker, uid, readsToken, containers }: Seen): string {
  if (marker === null)
    return `${state}: ${message.split(' (pod:')[0] ?? ''}, ${String(containers)} containers`;
  return `the ${marker} image runs as ${String(uid)}${readsToken ? ', with a token' : ', without a token'}`;
}
