import {
  claim,
  containersOnNode,
  defineScenario,
  done,
  pending,
  podState,
  type PodUnderTest,
  type Scene,
} from '../../harness/index.ts';

const REASON = 'CreateContainerConfigError';
/** Source: pkg/kubelet/kuberuntime/security_context_others.go. */
const MESSAGE = 'container has runAsNonRoot and image will run as root';

/** How often the kubelet must have refused the pod before "never" is believed. It is made to try again at once. */
const TRIES = 4;

export default defineScenario({
  id: 'run-as-non-root',
  title: 'A pod with runAsNonRoot whose image runs as root is scheduled but never runs',
  article: { heading: 'Preventing a container from running as root', lines: [103, 117] },
  tags: ['core', 'NR-1'],
  claims: [
    refused(
      'refused',
      'pod-root-allowed',
      'A pod with runAsNonRoot and a root image MUST be scheduled, stay Pending and be refused with the reason and the message of that rule',
    ),
    refused(
      'refused-for-being-root',
      'pod-non-root-405',
      'The same pod with runAsNonRoot and a user other than root MUST run: the rule refuses root, not the pod',
    ),
    claim({
      id: 'refusal-is-an-event',
      must: 'The refusal MUST be told as a Warning event of the kubelet with the same message',
      source: { lines: [113, 115], sentence: 'it gets scheduled, but is not allowed to run' },
      subject: 'pod-run-as-non-root',
      control: 'pod-root-allowed',
      when: 'settled',
      observe: async (pod, scene) => {
        // The kubelet sends events apart from the status, a moment later: silence says nothing.
        const events = await scene.until('an event about the end or the start', 20_000, async () => {
          const told = await pod.events();
          return told.some(({ reason }) => reason === 'Failed' || reason === 'Started')
            ? done(told)
            : pending(told.map(({ reason }) => reason).join(', ') || 'no event');
        });
        return events.map(({ type, reason, source, message }) => ({ type, reason, source, message }));
      },
      show: (events) => {
        const refusal = events.find(isRefusal);
        return refusal === undefined
          ? `no refusal, but ${events.map(({ reason }) => reason).join(', ')}`
          : refusal.message.slice(0, 90);
      },
      // Other warnings may come and go, such as a volume that was not ready at once.
      subjectShows: {
        text: `a Warning event “Error: ${MESSAGE} …” from the kubelet, and never Started`,
        holds: (events) => events.some(isRefusal) && !events.some(({ reason }) => reason === 'Started'),
        unclear: imageMissing,
      },
      controlShows: {
        text: 'a Started event and no refusal',
        holds: (events) => events.some(({ reason }) => reason === 'Started') && !events.some(isRefusal),
        unclear: imageMissing,
      },
    }),
    claim({
      id: 'no-code-ever-ran',
      must: 'No container of the refused pod MUST ever be created on the node, let alone started',
      source: { lines: [113, 117], sentence: 'is not allowed to run' },
      subject: 'pod-run-as-non-root',
      control: 'pod-root-allowed',
      when: 'settled',
      observe: async (pod, scene) => {
        const sandboxes = await containersOnNode(pod, 'sandbox');
        const first = await look(pod);
        for (let tries = 1; tries < TRIES; tries += 1) {
          await refusedOrStarted(tries, pod, scene);
          await pod.nudge();
        }
        const refusals = await refusedOrStarted(TRIES, pod, scene);
        const last = await look(pod);
        // A container that came and went between two looks would have been told.
        const created = (await pod.events()).some(({ reason }) => reason === 'Created');
        return { sandboxes, refusals, created, looks: [first, last] };
      },
      show: ({ refusals, looks }) =>
        looks
          .map(
            ({ containers, started }) =>
              `${String(containers)} containers, ${started ? 'started' : 'never started'}`,
          )
          .join(`; after ${String(refusals)} refusals `),
      subjectShows: {
        text: `a sandbox and no container on the node, also after ${String(TRIES)} tries, and none ever created or started`,
        holds: ({ sandboxes, refusals, created, looks }) =>
          sandboxes > 0 &&
          refusals >= TRIES &&
          !created &&
          looks.every(({ containers, started, restarts }) => containers === 0 && !started && restarts === 0),
      },
      controlShows: {
        text: 'a container on the node that was started',
        holds: ({ sandboxes, looks }) =>
          sandboxes > 0 && looks.every(({ containers, started }) => containers === 1 && started),
      },
    }),
  ],
  mutants: [
    {
      id: 'runAsNonRoot-removed',
      change: 'runAsNonRoot removed: root may run',
      fells: ['refused', 'refused-for-being-root', 'refusal-is-an-event', 'no-code-ever-ran'],
      mutate: ({ spec }) => spec.containers.forEach((container) => delete container.securityContext),
    },
    {
      id: 'runAsUser-405-added',
      change: 'runAsUser 405 added: no longer root',
      fells: ['refused', 'refused-for-being-root', 'refusal-is-an-event', 'no-code-ever-ran'],
      mutate: ({ spec }) =>
        spec.containers.forEach(
          (container) => (container.securityContext = { runAsNonRoot: true, runAsUser: 405 }),
        ),
    },
    {
      id: 'runAsUser-0-added',
      change: 'runAsUser 0 added: refused for the same reason with another message',
      fells: ['refused', 'refused-for-being-root', 'refusal-is-an-event'],
      mutate: ({ spec }) =>
        spec.containers.forEach(
          (container) => (container.securityContext = { runAsNonRoot: true, runAsUser: 0 }),
        ),
    },
  ],
});

function refused(id: string, control: string, must: string): ReturnType<typeof claim> {
  return claim({
    id,
    must,
    source: {
      lines: [111, 115],
      sentence: 'If you deploy this pod, it gets scheduled, but is not allowed to run',
    },
    subject: 'pod-run-as-non-root',
    control,
    when: 'settled',
    observe: async (pod) => {
      const object = await pod.read();
      const state = podState(object);
      return {
        scheduled:
          object.status?.conditions?.some(
            ({ type, status }) => type === 'PodScheduled' && status === 'True',
          ) ?? false,
        phase: object.status?.phase ?? '',
        state: state.kind,
        reason: state.kind === 'refused' ? state.reason : '',
        message: state.kind === 'refused' ? state.message : '',
      };
    },
    show: ({ phase, reason, message }) =>
      reason === '' ? phase : `${phase}, ${reason}: ${message.split(' (')[0] ?? ''}`,
    subjectShows: {
      text: `scheduled, Pending, ${REASON} “${MESSAGE} …”`,
      holds: ({ scheduled, phase, reason, message }) =>
        scheduled && phase === 'Pending' && reason === REASON && message.startsWith(MESSAGE),
      unclear: imageRefused,
    },
    controlShows: {
      text: 'scheduled and running',
      holds: ({ scheduled, phase, state }) => scheduled && phase === 'Running' && state === 'running',
      unclear: imageRefused,
    },
  });
}

function imageRefused({ reason }: { readonly reason: string }): string | undefined {
  return /Image/.test(reason) ? `the image could not be had: ${reason}` : undefined;
}

type Told = {
  readonly type: string;
  readonly reason: string;
  readonly source: string;
  readonly message: string;
};

function isRefusal({ type, reason, source, message }: Told): boolean {
  return (
    type === 'Warning' &&
    reason === 'Failed' &&
    source === 'kubelet' &&
    message.startsWith(`Error: ${MESSAGE}`)
  );
}

/** A pull that failed is told with the same reason as the refusal. */
function imageMissing(events: readonly Told[]): string | undefined {
  const pull = events.find(({ reason, message }) => reason === 'Failed' && /pull|ErrImage/i.test(message));
  return events.some(isRefusal) ? undefined : pull && `the image could not be had: ${pull.message}`;
}

/** How often the kubelet has refused the pod: at least so many times, or its container was started. */
function refusedOrStarted(times: number, pod: PodUnderTest, scene: Scene): Promise<number> {
  return scene.until(`${String(times)} refusals of the kubelet`, 15_000, async () => {
    const [events, { started }] = await Promise.all([pod.events(), look(pod)]);
    const refusals = events.filter(isRefusal).reduce((sum, { count }) => sum + count, 0);
    return started || refusals >= times ? done(refusals) : pending(`${String(refusals)} refusals`);
  });
}

type Look = { readonly containers: number; readonly started: boolean; readonly restarts: number };

async function look(pod: PodUnderTest): Promise<Look> {
  const [containers, { status }] = await Promise.all([containersOnNode(pod, 'container'), pod.read()]);
  const own = status?.containerStatuses ?? [];
  return {
    containers,
    started: own.some(
      ({ started, containerID, state }) =>
        started === true || (containerID ?? '') !== '' || state?.terminated !== undefined,
    ),
    restarts: own.reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}
