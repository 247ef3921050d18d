import {
  antiAffinityInstead,
  defineScenario,
  done,
  eachPort,
  pending,
  NO_FREE_PORT,
  podState,
  rolloutState,
  withoutPreemption,
  workloadClaim,
  type Pod,
  type RolloutState,
  type Scene,
  type WorkloadUnderTest,
} from '../../harness/index.ts';

/** How long an update may take on a slow machine before nothing is said about it. */
const UPDATE_MS = 60_000;

/** What `kubectl rollout restart` writes. */
const RESTART = { 'kubectl.kubernetes.io/restartedAt': '2020-01-01T00:00:00Z' };

const ONE_NODE = { 'rollout-host-port': 'A', 'rollout-anti-affinity': 'A' } as const;

export default defineScenario({
  id: 'host-port-rollout',
  title:
    'A hostPort that keeps replicas apart also keeps the next revision out: a rolling update stands still',
  article: { heading: 'Binding to a host port without using the host’s network namespace', lines: [39, 64] },
  tags: ['correction'],
  place: ONE_NODE,
  locks: ['hostPort 9008'],
  claims: [
    workloadClaim({
      id: 'rolling-update-stands-still',
      must: 'The rolling update of a single replica with a hostPort MUST, by default, stand still when no other node can take a pod: the new one waits for the port that the old one holds',
      source: {
        lines: [62, 64],
        sentence:
          'Initially, people also used it to ensure two replicas of the same pod were never scheduled to the same node',
      },
      correction:
        'It also keeps a new revision off the node, so that rolling updates cannot finish; anti-affinity within a revision does not.',
      subject: 'rollout-host-port',
      control: 'rollout-anti-affinity',
      alsoDiffers: {
        'selector.matchLabels.app': 'each Deployment has pods of its own',
        'template.metadata.labels.app': 'the label its selector asks for',
        'template.spec.affinity': 'keeps replicas apart in the place of the host port',
      },
      observe: async (workload, scene) => {
        const old = await firstRevision(workload, scene);
        await workload.patch({ spec: { template: { metadata: { annotations: RESTART } } } });
        const { rollout, pods } = await ended(workload, old, scene);
        return {
          rollout: rollout.kind,
          detail: describe(rollout),
          old: pods.filter((pod) => old.has(uidOf(pod))).map(standOf),
          new: pods.filter((pod) => !old.has(uidOf(pod))).map(standOf),
        };
      },
      show: ({ detail, old, new: fresh }) => `${detail}; old pod ${list(old)}; new pod ${list(fresh)}`,
      subjectShows: {
        text: `progress deadline exceeded, the old pod running, the new one Pending: “… ${NO_FREE_PORT} …”`,
        holds: ({ rollout, old, new: fresh }) =>
          rollout === 'late' &&
          old.map(({ state }) => state).join() === 'running' &&
          fresh.map(({ state }) => state).join() === 'unschedulable' &&
          fresh.every(({ message }) => message.includes(NO_FREE_PORT)),
      },
      controlShows: {
        text: 'a complete update, with a new pod running and no old one left',
        holds: ({ rollout, old, new: fresh }) =>
          rollout === 'complete' && old.length === 0 && fresh.map(({ state }) => state).join() === 'running',
      },
    }),
  ],
  mutants: [
    {
      id: 'hostPort-removed',
      change: 'hostPort removed: old and new run side by side',
      fells: ['rolling-update-stands-still'],
      mutate: eachPort((port) => delete port.hostPort),
    },
    {
      id: 'recreate-instead',
      change: 'strategy Recreate: the old pod gives up the port before the new one asks for it',
      fells: ['rolling-update-stands-still'],
      mutateObject: ({ spec }) => (spec.strategy = { type: 'Recreate' }),
    },
    {
      id: 'one-may-be-missing',
      change: 'maxUnavailable 1 and maxSurge 0: the old pod may go first',
      fells: ['rolling-update-stands-still'],
      mutateObject: ({ spec }) =>
        (spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }),
    },
    {
      id: 'plain-anti-affinity-instead',
      change: 'hostPort replaced by anti-affinity between revisions, too: stands still, but for no port',
      fells: ['rolling-update-stands-still'],
      mutate: antiAffinityInstead,
    },
  ],
});

/** Waits until the first revision is complete. @returns the uids of its pods */
async function firstRevision(workload: WorkloadUnderTest, scene: Scene): Promise<ReadonlySet<string>> {
  await scene.until('the first revision to be complete', UPDATE_MS, async () => {
    const state = rolloutState(await workload.read());
    return state.kind === 'complete' ? done(state) : pending(describe(state));
  });
  return new Set((await workload.pods()).map(({ metadata }) => metadata.uid ?? ''));
}

/**
 * Waits until the update is complete, or cannot go on: its time is over and the new pod finds no node. Being late
 * alone is no end, because on a slow machine every update may be late.
 */
async function ended(
  workload: WorkloadUnderTest,
  old: ReadonlySet<string>,
  scene: Scene,
): Promise<{ readonly rollout: RolloutState; readonly pods: readonly Pod[] }> {
  return scene.until('the update to be complete or stuck', UPDATE_MS, async () => {
    const rollout = rolloutState(await workload.read());
    const pods = await workload.pods();
    const stuck = pods.some((pod) => !old.has(uidOf(pod)) && podState(pod).kind === 'unschedulable');
    return rollout.kind === 'complete' || (rollout.kind === 'late' && stuck)
      ? done({ rollout, pods })
      : pending(`${describe(rollout)}; ${list(pods.map(standOf))}`);
  });
}

type Stand = { readonly state: string; readonly message: string };

function standOf(pod: Pod): Stand {
  const state = podState(pod);
  return { state: state.kind, message: state.kind === 'unschedulable' ? state.message : '' };
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? '';
}

function list(pods: readonly Stand[]): string {
  return pods.length === 0
    ? 'none'
    : pods
        .map(({ state, message }) => (message === '' ? state : `${state}: ${withoutPreemption(message)}`))
        .join(', ');
}

function describe(state: RolloutState): string {
  switch (state.kind) {
    case 'complete':
      return 'complete';
    case 'late':
      return state.message;
    case 'moving':
      return state.seen;
  }
}
