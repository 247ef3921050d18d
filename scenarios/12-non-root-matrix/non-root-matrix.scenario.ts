import {
  claim,
  defineScenario,
  everyContainer,
  identityOf,
  mainProcessOnNode,
  podState,
  pushImage,
  type Expectation,
  type PodUnderTest,
  type Stage,
} from '../../harness/index.ts';

const REASON = 'CreateContainerConfigError';
/** Source of the three messages: pkg/kubelet/kuberuntime/security_context_others.go. */
const IMAGE_IS_ROOT = 'container has runAsNonRoot and image will run as root';
const USER_IS_ROOT = 'container’s runAsUser breaks non-root policy'.replace('’', "'");
const USER_HAS_NAME = 'container has runAsNonRoot and image has non-numeric user (guest)';
const NUMERIC = 1234;

export default defineScenario({
  id: 'non-root-matrix',
  title:
    'runAsNonRoot judges a number: 0 is refused wherever it comes from, a name is refused too, and a container may take the rule back',
  article: { heading: 'Preventing a container from running as root', lines: [103, 117] },
  tags: ['correction', 'NR-2'],
  requires: { registry: true },
  acts: [{ what: 'two images with a USER are pushed to a registry', does: pushImages }],
  claims: [
    claim({
      id: 'uid-zero-is-refused',
      must: 'A container with runAsNonRoot and runAsUser 0 MUST be refused, with a message of its own',
      source: {
        lines: [111, 113],
        sentence: 'you can specify that the pod’s container needs to run as a non-root user',
      },
      correction: 'There are three refusals with three messages; the article knows one.',
      subject: 'pod-uid-zero',
      control: 'pod-uid-guest',
      when: 'settled',
      observe: outcome,
      show,
      subjectShows: refused(USER_IS_ROOT),
      controlShows: runsAs(405),
    }),
    claim({
      id: 'named-user-is-refused',
      must: 'An image that names its user MUST be refused under runAsNonRoot, although that user is not root',
      source: {
        lines: [111, 113],
        sentence: 'you can specify that the pod’s container needs to run as a non-root user',
      },
      correction:
        'The kubelet compares numbers and does not look into the image’s /etc/passwd, so that USER guest is refused and USER 405 would run.',
      subject: 'pod-user-named',
      control: 'pod-user-numeric',
      when: 'settled',
      observe: outcome,
      show,
      subjectShows: refused(USER_HAS_NAME),
      controlShows: runsAs(NUMERIC),
    }),
    claim({
      id: 'numeric-user-runs',
      must: 'An image with a numeric user other than 0 MUST run under runAsNonRoot, as that user',
      source: { lines: [113, 113], sentence: 'it gets scheduled, but is not allowed to run' },
      correction: 'Only if the image’s user is root, unnamed or a name.',
      subject: 'pod-user-numeric',
      control: 'pod-image-root',
      when: 'settled',
      observe: outcome,
      show,
      subjectShows: runsAs(NUMERIC),
      controlShows: refused(IMAGE_IS_ROOT),
    }),
    claim({
      id: 'container-takes-it-back',
      must: 'A container with runAsNonRoot: false MUST run as root in a pod with runAsNonRoot: true',
      source: {
        lines: [82, 82],
        sentence: 'can be specified under the pod spec directly and inside the spec of individual containers',
      },
      correction: 'At the pod the rule is a default, no guard: every container may take it back.',
      subject: 'pod-container-overrides',
      control: 'pod-image-root',
      when: 'settled',
      observe: outcome,
      show,
      subjectShows: runsAs(0),
      controlShows: refused(IMAGE_IS_ROOT),
    }),
  ],
  mutants: [
    {
      id: 'zero-becomes-405',
      change: 'runAsUser 0 changed to 405: runs',
      fells: ['uid-zero-is-refused'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 405 })),
    },
    {
      id: 'zero-removed',
      change: 'runAsUser 0 removed: refused for the same reason with another message',
      fells: ['uid-zero-is-refused'],
      mutate: everyContainer((container) => delete container.securityContext),
    },
    {
      id: 'named-becomes-numeric',
      change: 'USER guest replaced by USER 1234: runs',
      fells: ['named-user-is-refused'],
      mutate: everyContainer((container) => (container.image = 'localhost:5001/podproof/user-numeric:v1')),
    },
    {
      id: 'named-becomes-root',
      change: 'USER guest replaced by an image without USER: same reason, other message',
      fells: ['named-user-is-refused'],
      mutate: everyContainer((container) => (container.image = 'localhost/podproof/workload:v1')),
    },
    {
      id: 'named-without-the-rule',
      change: 'runAsNonRoot removed: the named user runs',
      fells: ['named-user-is-refused'],
      mutate: ({ spec }) => delete spec.securityContext,
    },
    {
      id: 'numeric-becomes-zero',
      change: 'USER 1234 replaced by USER 0: refused',
      fells: ['numeric-user-runs'],
      mutate: everyContainer((container) => (container.image = 'localhost:5001/podproof/user-zero:v1')),
    },
    {
      id: 'numeric-is-overruled',
      change: 'runAsUser 405 added: runs, but not as the user of its image',
      fells: ['numeric-user-runs'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 405 })),
    },
    {
      id: 'override-removed',
      change: 'the container’s runAsNonRoot: false removed: refused',
      fells: ['container-takes-it-back'],
      mutate: everyContainer((container) => delete container.securityContext),
    },
    {
      id: 'override-with-another-user',
      change: 'runAsUser 405 beside it: runs, but not as root',
      fells: ['container-takes-it-back'],
      mutate: everyContainer(
        (container) => (container.securityContext = { runAsNonRoot: false, runAsUser: 405 }),
      ),
    },
  ],
});

async function pushImages(stage: Stage): Promise<void> {
  const { runner, nameOf } = await stage.registry();
  const users = { 'user-named': 'guest', 'user-numeric': String(NUMERIC), 'user-zero': '0' };
  for (const [name, user] of Object.entries(users))
    await pushImage(runner, { to: nameOf(`${name}:v1`), user, command: ['idle'] });
}

type Outcome = {
  readonly scheduled: boolean;
  readonly state: string;
  readonly reason: string;
  readonly message: string;
  /** User of the main process as the node sees it; null where there is no process to ask about. */
  readonly uid: number | null;
};

async function outcome(pod: PodUnderTest): Promise<Outcome> {
  const object = await pod.read();
  const state = podState(object);
  const running = state.kind === 'running';
  return {
    scheduled:
      object.status?.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'True') ??
      false,
    state: state.kind,
    reason: state.kind === 'refused' ? state.reason : '',
    message: state.kind === 'refused' ? state.message : '',
    uid: running ? (await identityOf(pod.node.runner, await mainProcessOnNode(pod))).uid : null,
  };
}

function show({ state, reason, message, uid }: Outcome): string {
  if (uid !== null) return `runs as ${String(uid)}`;
  return reason === '' ? state : `${reason}: ${message.split(' (pod:')[0] ?? ''}`;
}

function refused(because: string): Expectation<Outcome> {
  return {
    text: `scheduled and refused: “${because} …”`,
    holds: ({ scheduled, state, reason, message, uid }) =>
      scheduled && state === 'refused' && reason === REASON && message.startsWith(because) && uid === null,
    unclear: imageMissing,
  };
}

function runsAs(user: number): Expectation<Outcome> {
  return {
    text: `running as ${String(user)}`,
    holds: ({ state, uid }) => state === 'running' && uid === user,
    unclear: imageMissing,
  };
}

function imageMissing({ reason }: Outcome): string | undefined {
  return /Image|Pull/.test(reason) ? `the image could not be had: ${reason}` : undefined;
}
