import { claim, defineScenario, everyContainer } from '../../harness/index.ts';
import { ATTACKER_USER, HARMLESS_USER, pushAttackers, pushHarmless } from './attack.ts';
import { noImage, nothingBefore, RUNS_ATTACKERS, runsHarmless, show, whatRuns } from './what-runs.ts';

const TAG = 'localhost:5001/podproof/app:v1';
/** Source: pkg/kubelet/kuberuntime/security_context_others.go. */
const REFUSAL = 'container has runAsNonRoot and image will run as root';

export default defineScenario({
  id: 'tampered-image',
  title:
    'Another image under the same tag runs with pull policy Always; a digest stops it; runAsNonRoot stops only what runs as root',
  article: { heading: 'Preventing a container from running as root', lines: [103, 117] },
  tags: ['core', 'correction', 'NR-3', 'NR-4'],
  requires: { registry: true },
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
      controlShows: RUNS_ATTACKERS,
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
      controlShows: RUNS_ATTACKERS,
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
        text: `refused: “${REFUSAL} …”, no container on the node, and none was ever created`,
        holds: ({ state, message, containers, everCreated }) =>
          state === 'refused' && message.startsWith(REFUSAL) && containers === 0 && !everCreated,
        unclear: noImage,
      },
      controlShows: {
        text: 'the attacker’s marker and a container on the node',
        holds: ({ marker, containers }) => marker === 'attacker' && containers === 1,
        unclear: noImage,
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
        'They get less far only if they insist on being root: otherwise their code runs as another user, with the pod’s token, environment and network.',
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
