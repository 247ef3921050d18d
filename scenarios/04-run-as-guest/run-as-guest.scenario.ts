import { claim, defineScenario, identityOf, mainProcessOnNode, parseId, read } from '../../harness/index.ts';

const GUEST = 405;
const USERS = 100;

export default defineScenario({
  id: 'run-as-guest',
  title: 'A container with runAsUser 405 runs as guest, in the pod and on the node; without it, as root',
  article: { heading: 'Running a container as a specific user', lines: [80, 101] },
  tags: ['core'],
  claims: [
    claim({
      id: 'id-says-guest',
      must: 'In a container with runAsUser 405 the command id MUST print uid=405(guest) gid=100(users)',
      source: { lines: [95, 101], sentence: 'uid=405(guest) gid=100(users)' },
      subject: 'pod-as-user-guest',
      control: 'pod-without-su',
      observe: async (pod) => parseId(await read(pod.runner, ['id'])),
      show: ({ uid, user, gid, group }) =>
        `uid=${String(uid)}(${user ?? ''}) gid=${String(gid)}(${group ?? ''})`,
      subjectShows: {
        text: 'uid=405(guest) gid=100(users)',
        holds: ({ uid, user, gid, group }) =>
          uid === GUEST && user === 'guest' && gid === USERS && group === 'users',
      },
      controlShows: {
        text: 'uid=0(root) gid=0(root)',
        holds: ({ uid, user, gid, group }) => uid === 0 && user === 'root' && gid === 0 && group === 'root',
      },
    }),
    claim({
      id: 'main-process-is-guest',
      must: 'The main process of a container with runAsUser 405 MUST run with uid 405 and gid 100, not only commands run by exec',
      source: { lines: [95, 101], sentence: 'the container is running as the guest user' },
      subject: 'pod-as-user-guest',
      control: 'pod-without-su',
      observe: async (pod) => {
        const { uid, gid, capEff } = await identityOf(pod.runner, 1);
        const { status } = await pod.read();
        const user = status?.containerStatuses?.[0]?.user?.linux;
        return { uid, gid, capEff, kubelet: user === undefined ? null : { uid: user.uid, gid: user.gid } };
      },
      show: ({ uid, gid, kubelet }) =>
        `PID 1 is ${String(uid)}:${String(gid)}, the kubelet reports ${kubelet === null ? 'nothing' : `${String(kubelet.uid)}:${String(kubelet.gid)}`}`,
      subjectShows: {
        text: 'uid 405, gid 100 and no capability, and the kubelet reports the same user',
        holds: ({ uid, gid, capEff, kubelet }) =>
          uid === GUEST && gid === USERS && BigInt(`0x${capEff}`) === 0n && agrees(kubelet, GUEST, USERS),
      },
      controlShows: {
        text: 'uid 0, gid 0 and some capabilities, and the kubelet reports the same user',
        holds: ({ uid, gid, capEff, kubelet }) =>
          uid === 0 && gid === 0 && BigInt(`0x${capEff}`) !== 0n && agrees(kubelet, 0, 0),
      },
    }),
    claim({
      id: 'node-sees-405',
      must: 'On the node the process of a container with runAsUser 405 MUST have uid 405 too',
      source: {
        lines: [95, 101],
        sentence: 'you’ll need to set the pod’s securityContext.runAsUser property',
      },
      subject: 'pod-as-user-guest',
      control: 'pod-without-su',
      observe: async (pod) => {
        const pid = await mainProcessOnNode(pod);
        const { uid, gid } = await identityOf(pod.node.runner, pid);
        return { pid, uid, gid };
      },
      show: ({ pid, uid, gid }) => `process ${String(pid)} of the node runs as ${String(uid)}:${String(gid)}`,
      subjectShows: {
        text: 'uid 405 and gid 100 on the node',
        holds: ({ uid, gid }) => uid === GUEST && gid === USERS,
      },
      controlShows: { text: 'uid 0 and gid 0 on the node', holds: ({ uid, gid }) => uid === 0 && gid === 0 },
    }),
  ],
  mutants: [
    {
      id: 'runAsUser-removed',
      change: 'runAsUser removed',
      fells: ['id-says-guest', 'main-process-is-guest', 'node-sees-405'],
      mutate: ({ spec }) => spec.containers.forEach((container) => delete container.securityContext),
    },
    {
      id: 'runAsUser-0',
      change: 'runAsUser 405 changed to 0',
      fells: ['id-says-guest', 'main-process-is-guest', 'node-sees-405'],
      mutate: ({ spec }) =>
        spec.containers.forEach((container) => (container.securityContext = { runAsUser: 0 })),
    },
    {
      id: 'runAsUser-4050',
      change: 'runAsUser 405 changed to 4050: a search for "405" would still find it',
      fells: ['id-says-guest', 'main-process-is-guest', 'node-sees-405'],
      mutate: ({ spec }) =>
        spec.containers.forEach((container) => (container.securityContext = { runAsUser: 4050 })),
    },
    {
      id: 'runAsGroup-0',
      change: 'runAsGroup 0 added: the right user in the wrong group',
      fells: ['id-says-guest', 'main-process-is-guest', 'node-sees-405'],
      mutate: ({ spec }) =>
        spec.containers.forEach(
          (container) => (container.securityContext = { runAsUser: GUEST, runAsGroup: 0 }),
        ),
    },
  ],
});

/** Kubernetes before 1.33 does not report the user; then the kernel's word is all there is. */
function agrees(kubelet: { uid: number; gid: number } | null, uid: number, gid: number): boolean {
  return kubelet === null || (kubelet.uid === uid && kubelet.gid === gid);
}
