import {
  CannotTell,
  claim,
  comparedWithNode,
  defineScenario,
  messageQueuesOf,
  namespaceOf,
  namespaceOfNode,
  seesSharedMemory,
  withMessageQueue,
  type Claim,
  type ProcessLine,
  type Scene,
} from '../../harness/index.ts';
import { inWords, showing, sightOf, type Sight } from './sight.ts';

const ALL_THROUGH_IPC =
  'so you can communicate with all the other processes running on the node, through Inter-Process Communication';
const ABOUT_PID = ['pid-namespace', 'sees-node-processes'];
const ABOUT_IPC = ['ipc-namespace', 'shares-message-queues', 'shares-shared-memory'];
export default defineScenario({
  id: 'host-pid-ipc',
  title:
    'hostPID shows a pod the node’s processes, hostIPC lets it share their memory and queues: two separate switches',
  article: { heading: 'Using the node’s PID and IPC namespaces', lines: [66, 78] },
  tags: ['core', 'correction'],
  requires: { hostPath: { '/dev/shm': 'a mutant: a shared folder is not shared memory' } },
  claims: [
    sameNamespace('pid'),
    sameNamespace('ipc'),
    claim({
      id: 'sees-node-processes',
      must: 'A pod with hostPID MUST see every process of its node, those of other pods among them, and its own main process is not number 1 there; a pod without it sees only its own',
      source: { lines: [76, 78], sentence: 'you’ll see all the processes running on the host node' },
      subject: 'pod-hpid-ipc',
      control: 'pod-without-hpid-ipc',
      partners: ['pod-hipc-only'],
      observe: async (pod, scene) => {
        const { own, node, missing } = await comparedWithNode(pod);
        return {
          node: node.length,
          missing: missing.length,
          ownPid: markedProcess(own, pod.name, scene) ?? null,
          other: markedProcess(own, 'pod-hipc-only', scene) !== undefined,
          otherOnNode: markedProcess(node, 'pod-hipc-only', scene) !== undefined,
        };
      },
      show: ({ node, missing, ownPid, other }) =>
        `${String(node - missing)} of the node’s ${String(node)} processes, ${other ? 'with' : 'without'} the other pod’s; its own is number ${String(ownPid)}`,
      subjectShows: {
        text: 'every process of the node, the other pod’s among them, and a main process that is not number 1',
        holds: ({ node, missing, ownPid, other }) => node > 0 && missing === 0 && other && ownPid !== 1,
        unclear: markersMustRun,
      },
      controlShows: {
        text: 'no process but its own, the main one being number 1',
        holds: ({ node, missing, ownPid, other }) => node > 0 && missing === node && !other && ownPid === 1,
        unclear: markersMustRun,
      },
    }),
    claim({
      id: 'shares-message-queues',
      must: 'A pod with hostIPC MUST share POSIX message queues with other pods of its node that have it',
      source: { lines: [72, 78], sentence: 'communicate with them through IPC' },
      subject: 'pod-hpid-ipc',
      control: 'pod-without-hpid-ipc',
      partners: ['pod-hipc-only'],
      observe: async (pod, scene) => {
        // The name tells subject and control apart, since both observations run side by side.
        const queue = `podproof-${scene.nonceOf(pod.name)}`;
        const { node, runner } = scene.pod('pod-hipc-only');
        if (node.name !== pod.node.name) throw new CannotTell('the partner is on another node');
        const look = (): Promise<readonly string[]> => messageQueuesOf(pod.runner);
        return { queue, seen: await withMessageQueue(runner, queue, look) };
      },
      show: ({ queue, seen }) => `${seen.includes(queue) ? 'sees' : 'does not see'} the queue of its partner`,
      subjectShows: {
        text: 'the queue that another hostIPC pod made',
        holds: ({ queue, seen }) => seen.includes(queue),
      },
      controlShows: {
        text: 'no such queue in a message queue file system of its own',
        holds: ({ queue, seen }) => !seen.includes(queue),
      },
    }),
    claim({
      id: 'shares-shared-memory',
      must: 'A pod with hostIPC MUST see the System V shared memory of processes that run on its node outside every pod',
      source: { lines: [76, 78], sentence: ALL_THROUGH_IPC },
      subject: 'pod-hpid-ipc',
      control: 'pod-without-hpid-ipc',
      observe: async (pod) => ({ seen: await seesSharedMemory(pod) }),
      show: ({ seen }) => `${seen ? 'sees' : 'does not see'} the segment that the node made`,
      subjectShows: { text: 'the key of the node’s segment', holds: ({ seen }) => seen },
      controlShows: { text: 'no segment with that key', holds: ({ seen }) => !seen },
    }),
    oneSwitch({
      id: 'processes-without-ipc',
      must: 'A pod with hostPID alone MUST see every process of its node and yet share neither System V IPC nor POSIX message queues with them',
      correction:
        'What ps aux shows proves nothing about IPC: it lists the PID namespace, and IPC is another switch.',
      subject: 'pod-hpid-only',
      sees: { processes: 'all', namespace: false, memory: false },
    }),
    oneSwitch({
      id: 'ipc-without-processes',
      must: 'A pod with hostIPC alone MUST share the node’s System V IPC and POSIX message queues and yet see no process but its own',
      correction: 'It takes no sight of processes, and so no ps aux, to communicate through IPC.',
      subject: 'pod-hipc-only',
      sees: { processes: 'none', namespace: true, memory: true },
    }),
  ],
  mutants: [
    {
      id: 'both-removed',
      change: 'hostPID and hostIPC removed',
      fells: [...ABOUT_PID, ...ABOUT_IPC],
      mutate: ({ spec }) => {
        delete spec.hostPID;
        delete spec.hostIPC;
      },
    },
    {
      id: 'hostIPC-only',
      change: 'hostPID removed, hostIPC kept',
      fells: ABOUT_PID,
      mutate: ({ spec }) => delete spec.hostPID,
    },
    {
      id: 'shareProcessNamespace-instead',
      change: 'hostPID replaced by shareProcessNamespace: its main process is not number 1 either',
      fells: ABOUT_PID,
      mutate: ({ spec }) => {
        delete spec.hostPID;
        spec.shareProcessNamespace = true;
      },
    },
    {
      id: 'hostPID-instead-of-hostIPC',
      change: 'hostIPC replaced by hostPID in both pods: all processes visible, nothing shared',
      fells: ABOUT_IPC,
      target: ['pod-hpid-ipc', 'pod-hipc-only'],
      mutate: ({ spec }) => {
        delete spec.hostIPC;
        spec.hostPID = true;
      },
    },
    {
      id: 'dev-shm-instead-of-hostIPC',
      change: 'hostIPC replaced by the node’s /dev/shm in both pods: they share files, and nothing else',
      fells: ABOUT_IPC,
      target: ['pod-hpid-ipc', 'pod-hipc-only'],
      mutate: ({ spec }) => {
        delete spec.hostIPC;
        spec.volumes = [{ name: 'shm', hostPath: { path: '/dev/shm' } }];
        for (const container of spec.containers)
          container.volumeMounts = [{ name: 'shm', mountPath: '/dev/shm' }];
      },
    },
    {
      id: 'partner-without-hostIPC',
      change: 'hostIPC removed from the other pod: two namespaces again',
      fells: ['shares-message-queues'],
      target: 'pod-hipc-only',
      mutate: ({ spec }) => delete spec.hostIPC,
    },
    {
      id: 'hostIPC-added',
      change: 'hostIPC added to the pod with hostPID alone',
      fells: ['processes-without-ipc'],
      mutate: ({ spec }) => (spec.hostIPC = true),
    },
    {
      id: 'hostPID-added',
      change: 'hostPID added to the pod with hostIPC alone',
      fells: ['ipc-without-processes'],
      mutate: ({ spec }) => (spec.hostPID = true),
    },
    {
      id: 'swapped',
      change: 'the two switches swapped: one of each, as before',
      fells: ['processes-without-ipc', 'ipc-without-processes'],
      target: ['pod-hpid-only', 'pod-hipc-only'],
      mutate: ({ spec }) => {
        const { hostPID = false, hostIPC = false } = spec;
        spec.hostPID = hostIPC;
        spec.hostIPC = hostPID;
      },
    },
  ],
});

function sameNamespace(kind: 'pid' | 'ipc'): Claim {
  const name = kind.toUpperCase();
  return claim({
    id: `${kind}-namespace`,
    must: `A pod with host${name} MUST be in the ${name} namespace of its node`,
    source: { lines: [68, 72], sentence: 'the pod’s containers will use the node’s PID and IPC namespaces' },
    subject: 'pod-hpid-ipc',
    control: 'pod-without-hpid-ipc',
    observe: async (pod) => ({
      pod: await namespaceOf(pod.runner, kind),
      node: await namespaceOfNode(pod.node, kind),
    }),
    show: ({ pod, node }) => (pod === node ? `${pod} = node` : `${pod} ≠ node ${node}`),
    subjectShows: { text: 'the namespace of the node’s PID 1', holds: ({ pod, node }) => pod === node },
    controlShows: { text: 'a namespace of its own', holds: ({ pod, node }) => pod !== node },
  });
}

/** One switch alone against both: the other one is what subject and control differ in. */
function oneSwitch({ sees, ...about }: About & { readonly sees: Sight }): Claim {
  return claim({
    ...about,
    source: { lines: [76, 78], sentence: ALL_THROUGH_IPC },
    control: 'pod-hpid-ipc',
    observe: sightOf,
    show: inWords,
    subjectShows: showing(sees),
    controlShows: showing({ processes: 'all', namespace: true, memory: true }),
  });
}

type About = Pick<Claim, 'id' | 'must' | 'correction' | 'subject'>;

/** The number of a pod's main process, known by the word that nobody else has in its command line. */
function markedProcess(lines: readonly ProcessLine[], pod: string, scene: Scene): number | undefined {
  const marker = `marker-${scene.nonceOf(pod)}`;
  return lines.find(({ line }) => line.split(' ').includes(marker))?.pid;
}

function markersMustRun(seen: { ownPid: number | null; otherOnNode: boolean }): string | undefined {
  if (seen.ownPid === null) return 'the pod does not see its own main process';
  return seen.otherOnNode ? undefined : 'the other pod’s process does not run on the node';
}
