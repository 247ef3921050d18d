import {
  ask,
  CannotTell,
  claim,
  commandLines,
  defineScenario,
  namespaceOf,
  namespaceOfNode,
  read,
  type NamespaceKind,
  type PodUnderTest,
} from '../../harness/index.ts';

export default defineScenario({
  id: 'host-pid-ipc',
  title:
    'A pod with hostPID and hostIPC sees the node’s processes and shares its inter-process communication',
  article: { heading: 'Using the node’s PID and IPC namespaces', lines: [66, 78] },
  tags: ['core'],
  claims: [
    sameNamespace('pid', 'pid-namespace', 'A pod with hostPID MUST be in the PID namespace of its node'),
    sameNamespace('ipc', 'ipc-namespace', 'A pod with hostIPC MUST be in the IPC namespace of its node'),
    claim({
      id: 'sees-node-processes',
      must: 'A pod with hostPID MUST see the processes of the node and of other pods, a pod without it only its own',
      source: {
        lines: [76, 78],
        sentence:
          'you’ll see all the processes running on the host node, not only the ones running in the container',
      },
      subject: 'pod-hpid-ipc',
      control: 'pod-without-hpid-ipc',
      partners: ['pod-ipc-partner'],
      observe: async (pod, scene) => {
        const lines = await commandLines(pod.runner);
        const marker = `marker-${scene.nonceOf('pod-ipc-partner')}`;
        return {
          count: lines.length,
          own: lines.some(({ line }) => line.includes('sleep infinity')),
          kubelet: lines.some(({ line }) => /^\S*\/kubelet /.test(line)),
          marker: lines.some(({ line }) => line.includes(marker)),
          markerOnNode: (await commandLines(pod.node.runner)).some(({ line }) => line.includes(marker)),
        };
      },
      show: ({ count, kubelet, marker }) =>
        `${String(count)} processes, ${kubelet ? 'with' : 'without'} kubelet, ${marker ? 'with' : 'without'} the other pod’s`,
      subjectShows: {
        text: 'the kubelet and the other pod’s process',
        holds: ({ own, kubelet, marker }) => own && kubelet && marker,
        unclear: markerMustRun,
      },
      controlShows: {
        text: 'its own processes only',
        holds: ({ own, kubelet, marker }) => own && !kubelet && !marker,
        unclear: markerMustRun,
      },
    }),
    claim({
      id: 'shares-message-queues',
      must: 'A pod with hostIPC MUST share message queues with other users of the node’s IPC namespace',
      source: { lines: [72, 78], sentence: 'communicate with them through IPC' },
      subject: 'pod-hpid-ipc',
      control: 'pod-without-hpid-ipc',
      partners: ['pod-ipc-partner'],
      observe: async (pod, scene) => {
        // The name tells subject and control apart, since both observations run side by side.
        const queue = `/dev/mqueue/podproof-${scene.nonceOf(pod.name)}`;
        const partner = scene.pod('pod-ipc-partner');
        if (partner.node.name !== pod.node.name) throw new CannotTell('the partner is on another node');
        await insist(partner, ['touch', queue]);
        try {
          return { pod: await exists(pod, queue), podHasQueues: await mounted(pod) };
        } finally {
          // Without -f: it fails unless the queue was there all the time.
          await insist(partner, ['rm', queue]);
        }
      },
      show: ({ pod }) =>
        pod ? 'sees the queue its partner made' : 'does not see the queue its partner made',
      subjectShows: {
        text: 'the queue that another hostIPC pod made',
        holds: ({ pod, podHasQueues }) => pod && podHasQueues,
        unclear: queueMustWork,
      },
      controlShows: {
        text: 'no such queue in its own message queue file system',
        holds: ({ pod, podHasQueues }) => !pod && podHasQueues,
        unclear: queueMustWork,
      },
    }),
  ],
  mutants: [
    {
      id: 'both-removed',
      change: 'hostPID and hostIPC removed',
      fells: ['pid-namespace', 'ipc-namespace', 'sees-node-processes', 'shares-message-queues'],
      mutate: ({ spec }) => {
        delete spec.hostPID;
        delete spec.hostIPC;
      },
    },
    {
      id: 'hostIPC-only',
      change: 'hostPID removed, hostIPC kept',
      fells: ['pid-namespace', 'sees-node-processes'],
      mutate: ({ spec }) => delete spec.hostPID,
    },
    {
      id: 'hostPID-only',
      change: 'hostIPC removed, hostPID kept: all processes visible, yet no shared queue',
      fells: ['ipc-namespace', 'shares-message-queues'],
      mutate: ({ spec }) => delete spec.hostIPC,
    },
    {
      id: 'shareProcessNamespace-instead',
      change: 'hostPID replaced by shareProcessNamespace: its main process is not PID 1 either',
      fells: ['pid-namespace', 'sees-node-processes'],
      mutate: ({ spec }) => {
        delete spec.hostPID;
        spec.shareProcessNamespace = true;
      },
    },
  ],
});

function sameNamespace(kind: NamespaceKind, id: string, must: string): ReturnType<typeof claim> {
  return claim({
    id,
    must,
    source: { lines: [68, 72], sentence: 'the pod’s containers will use the node’s PID and IPC namespaces' },
    subject: 'pod-hpid-ipc',
    control: 'pod-without-hpid-ipc',
    observe: async (pod) => ({
      pod: await namespaceOf(pod.runner, kind),
      node: await namespaceOfNode(pod.node, kind),
    }),
    show: ({ pod, node }) => (pod === node ? `${pod} = node` : `${pod} ≠ node ${node}`),
    subjectShows: {
      text: `the ${kind} namespace of the node’s PID 1`,
      holds: ({ pod, node }) => pod === node,
    },
    controlShows: { text: `a ${kind} namespace of its own`, holds: ({ pod, node }) => pod !== node },
  });
}

async function insist(pod: PodUnderTest, argv: readonly [string, ...string[]]): Promise<string> {
  const { exitCode, stdout, stderr } = await ask(pod.runner, argv);
  if (exitCode !== 0) throw new CannotTell(`${argv.join(' ')} in ${pod.name}: ${stderr.trim()}`);
  return stdout;
}

/** Creating a file in an mqueue file system creates a POSIX message queue (man 7 mq_overview). */
async function exists(pod: PodUnderTest, queue: string): Promise<boolean> {
  const listing = await insist(pod, ['ls', '-1a', '/dev/mqueue']);
  return listing.split('\n').includes(queue.replace('/dev/mqueue/', ''));
}

async function mounted(pod: PodUnderTest): Promise<boolean> {
  return / \/dev\/mqueue .*- mqueue /.test(await read(pod.runner, ['cat', '/proc/self/mountinfo']));
}

function markerMustRun({ markerOnNode }: { markerOnNode: boolean }): string | undefined {
  return markerOnNode ? undefined : 'the marker process does not run on the node';
}

function queueMustWork({ podHasQueues }: { podHasQueues: boolean }): string | undefined {
  return podHasQueues ? undefined : 'the pod has no message queue file system at /dev/mqueue';
}
