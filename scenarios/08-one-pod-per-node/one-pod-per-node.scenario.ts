import {
  antiAffinityInstead,
  claim,
  defineScenario,
  eachPort,
  NO_FREE_PORT,
  podState,
  withoutPreemption,
  workloadClaim,
} from '../../harness/index.ts';
import { decisions, idleNodes, isRefused, isScheduled, scheduling, takenByOthers } from './decisions.ts';

const SOURCE = {
  lines: [48, 48],
  sentence: 'If a host port is used, only a single pod instance can be scheduled to a node',
} as const;

const ABOUT = {
  subject: 'one-per-node',
  control: 'any-per-node',
  alsoDiffers: {
    'selector.matchLabels.app': 'each Deployment has pods of its own',
    'template.metadata.labels.app': 'the label its selector asks for; nothing else reads it',
  },
} as const;

const oneMoreThan = (nodes: number): number => nodes + 1;

export default defineScenario({
  id: 'one-pod-per-node',
  title:
    'Of pods with the same hostPort a node takes one: the scheduler refuses the next, and so does the kubelet',
  article: { heading: 'Binding to a host port without using the host’s network namespace', lines: [39, 64] },
  tags: ['core'],
  locks: ['hostPort 9002', 'hostPort 9003', 'hostPort 9005'],
  replicas: { 'one-per-node': oneMoreThan, 'any-per-node': oneMoreThan },
  acts: [
    { what: 'a pod takes port 9003 of its node' },
    { what: 'two more are put on that node', creates: ['pod-same-port', 'pod-free-port'] },
  ],
  claims: [
    workloadClaim({
      id: 'one-on-each-node',
      must: 'Of pods with the same hostPort exactly one MUST run on each node, and one that is left over MUST stay Pending because no node has the port free',
      source: SOURCE,
      ...ABOUT,
      observe: async (workload, scene) => {
        const pods = await workload.pods();
        const running = pods.filter((pod) => podState(pod).kind === 'running');
        const waiting = pods.filter((pod) => podState(pod).kind === 'unschedulable');
        return {
          nodes: scene.nodes.map(({ name }) => name).sort(),
          pods: pods.length,
          running: running.map(({ spec }) => spec.nodeName ?? '').sort(),
          waiting: waiting.map((pod) => ({ phase: pod.status?.phase ?? '', why: scheduling(pod).message })),
          idle: idleNodes(scene, pods),
        };
      },
      show: ({ pods, running, waiting }) =>
        `${String(running.length)} of ${String(pods)} run, nodes taken: ${String(new Set(running).size)}${waiting.map(({ phase, why }) => `; ${phase}: ${withoutPreemption(why)}`).join('')}`,
      subjectShows: {
        text: `one running pod on each node, and one Pending: “… ${NO_FREE_PORT} …”`,
        holds: ({ nodes, pods, running, waiting }) =>
          pods === nodes.length + 1 &&
          running.join(' ') === nodes.join(' ') &&
          waiting.length === 1 &&
          waiting.every(({ phase, why }) => phase === 'Pending' && why.includes(NO_FREE_PORT)),
        unclear: (seen) =>
          allMustHaveSettled(seen) ??
          takenByOthers(
            seen.idle,
            seen.waiting.map(({ why }) => why),
          ),
      },
      controlShows: {
        text: 'all pods running, so that some node runs two',
        holds: ({ nodes, pods, running }) => pods === nodes.length + 1 && running.length === pods,
        unclear: allMustHaveSettled,
      },
    }),
    workloadClaim({
      id: 'scheduler-says-why',
      must: 'The scheduler MUST say of the pod that is left over, in its condition and in an event, that no node has the port free',
      source: SOURCE,
      ...ABOUT,
      observe: async (workload, scene) => {
        const told = await decisions(workload, scene);
        return told.map(({ pod, event }) => ({
          ...scheduling(pod),
          idle: idleNodes(
            scene,
            told.map((each) => each.pod),
          ),
          event: `${event.type} ${event.reason}`,
          eventMessage: event.message,
        }));
      },
      show: (told) =>
        told.map(({ event, reason }) => (reason === '' ? event : `${event} (${reason})`)).join(', '),
      subjectShows: {
        text: `of one pod PodScheduled=False, Unschedulable and a FailedScheduling event, both “… ${NO_FREE_PORT} …”; the others Scheduled`,
        holds: (told) =>
          told.filter(isRefused).length === 1 && told.filter(isScheduled).length === told.length - 1,
        unclear: (told) => {
          const refused = told.filter(isRefused);
          return takenByOthers(
            told[0]?.idle ?? [],
            refused.map(({ message }) => message),
          );
        },
      },
      controlShows: {
        text: 'every pod Scheduled',
        holds: (told) => told.length > 0 && told.every(isScheduled),
      },
    }),
    claim({
      id: 'kubelet-refuses',
      must: 'A pod that names a node itself and wants a host port that another pod has there MUST be refused by the kubelet',
      source: SOURCE,
      subject: 'pod-same-port',
      control: 'pod-free-port',
      partners: ['pod-port-holder'],
      when: 'settled',
      observe: async (pod, scene) => {
        const [own, holder] = await Promise.all([pod.read(), scene.pod('pod-port-holder').read()]);
        const { phase = '', reason = '', message = '' } = own.status ?? {};
        return {
          phase,
          reason,
          message,
          state: podState(own).kind,
          holder: podState(holder).kind,
          sameNode: own.spec.nodeName !== undefined && own.spec.nodeName === holder.spec.nodeName,
        };
      },
      show: ({ phase, reason, message }) => (reason === '' ? phase : `${phase}, ${reason}: ${message}`),
      subjectShows: {
        text: `Failed, NodePorts “… ${NO_FREE_PORT}”`,
        holds: ({ phase, reason, message, sameNode }) =>
          phase === 'Failed' && reason === 'NodePorts' && message.includes(NO_FREE_PORT) && sameNode,
        unclear: holderMustRun,
      },
      controlShows: {
        text: 'running on the same node',
        holds: ({ state, sameNode }) => state === 'running' && sameNode,
        unclear: (seen) =>
          holderMustRun(seen) ??
          (seen.reason === 'NodePorts'
            ? `somebody else has its port of the node: ${seen.message}`
            : undefined),
      },
    }),
  ],
  mutants: [
    {
      id: 'hostPort-removed',
      change: 'hostPort removed: nothing keeps two pods apart',
      fells: ['one-on-each-node', 'scheduler-says-why'],
      mutate: eachPort((port) => delete port.hostPort),
    },
    {
      id: 'as-many-replicas-as-nodes',
      change: 'one replica less: there is a node for each',
      fells: ['one-on-each-node', 'scheduler-says-why'],
      mutateObject: ({ spec }) => (spec.replicas = (spec.replicas ?? 1) - 1),
    },
    {
      id: 'two-replicas-too-many',
      change: 'one replica more: two are left over',
      fells: ['one-on-each-node', 'scheduler-says-why'],
      mutateObject: ({ spec }) => (spec.replicas = (spec.replicas ?? 1) + 1),
    },
    {
      id: 'too-much-cpu-instead',
      change: 'hostPort replaced by a request of 1000 CPUs: Pending for another reason',
      fells: ['one-on-each-node', 'scheduler-says-why'],
      mutate: ({ spec }) => {
        for (const container of spec.containers) {
          delete container.ports;
          container['resources'] = { requests: { cpu: '1000' }, limits: { cpu: '1000' } };
        }
      },
    },
    {
      id: 'anti-affinity-instead',
      change:
        'hostPort replaced by podAntiAffinity: one pod on each node and one Pending, but not for a port',
      fells: ['one-on-each-node', 'scheduler-says-why'],
      mutate: antiAffinityInstead,
    },
    {
      id: 'another-port',
      change: 'hostPort 9003 changed to 9013',
      fells: ['kubelet-refuses'],
      mutate: eachPort((port) => (port.hostPort = 9013)),
    },
    {
      id: 'udp-instead-of-tcp',
      change: 'the same number for UDP',
      fells: ['kubelet-refuses'],
      mutate: eachPort((port) => (port.protocol = 'UDP')),
    },
    {
      id: 'scheduled-instead',
      change:
        'a selector for the same node instead of nodeName: the scheduler refuses before the kubelet can',
      fells: ['kubelet-refuses'],
      mutate: ({ spec }) => delete spec.nodeName,
    },
  ],
});

type Stand = {
  readonly pods: number;
  readonly running: readonly string[];
  readonly waiting: readonly { readonly phase: string; readonly why: string }[];
};

function allMustHaveSettled({ pods, running, waiting }: Stand): string | undefined {
  return running.length + waiting.length === pods ? undefined : 'a pod neither runs nor waits for a node';
}

function holderMustRun({ holder }: { readonly holder: string }): string | undefined {
  return holder === 'running' ? undefined : `the pod that should hold the port is ${holder}`;
}
