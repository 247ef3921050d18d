import {
  claim,
  defineScenario,
  everyContainer,
  identityOf,
  mainProcessOnNode,
  parseId,
  read,
} from '../../harness/index.ts';
import { isUser, showRunner, whoRuns } from './who-runs.ts';

const GUEST = 405;
const USERS = 100;
const GUEST_CLAIMS = ['id-says-guest', 'main-process-is-guest', 'node-sees-405'];
/** A number that the image's /etc/passwd does not know. */
const STRANGER = 4050;

export default defineScenario({
  id: 'run-as-guest',
  title:
    'A container with runAsUser 405 runs as guest, in the pod and on the node; without it as root; the container’s own word beats the pod’s',
  article: { heading: 'Running a container as a specific user', lines: [80, 101] },
  tags: ['core', 'correction', 'SC-0', 'SC-1', 'SC-2', 'SC-3'],
  claims: [
    claim({
      id: 'root-without-it',
      must: 'A container without a security context whose image names no user MUST run as uid 0 and gid 0, its main process as well as what exec starts',
      source: {
        lines: [87, 89],
        sentence: 'you’ll see uid=0(root) and gid=0(root)which means the container is running as root',
      },
      correction:
        'It is so because the image names no user: a USER in the image would count. And today id prints a third part, groups=….',
      subject: 'pod-without-su',
      control: 'pod-as-user-guest',
      observe: async (pod) => {
        const id = await read(pod.runner, ['id']);
        const { uid, gid } = await identityOf(pod.runner, 1);
        return { ...parseId(id), printed: id, main: { uid, gid } };
      },
      show: ({ printed, main }) => `${printed}, PID 1 is ${String(main.uid)}:${String(main.gid)}`,
      subjectShows: {
        text: 'uid=0(root) gid=0(root) and a PID 1 that is 0:0',
        holds: ({ uid, user, gid, group, main }) =>
          uid === 0 && user === 'root' && gid === 0 && group === 'root' && main.uid === 0 && main.gid === 0,
      },
      controlShows: {
        text: 'another user for both',
        holds: ({ uid, main }) => uid !== 0 && main.uid === uid,
      },
    }),
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
      must: 'On the node the process of a container with runAsUser 405 MUST have uid 405 too, unless its pod has a user namespace of its own',
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
    claim({
      id: 'group-comes-from-the-image',
      must: 'A container with a runAsUser that its image does not know, and without runAsGroup, MUST run with gid 0, the group of root',
      source: { lines: [95, 99], sentence: 'uid=405(guest) gid=100(users)' },
      correction:
        'gid 100 does not come with runAsUser: it stands in the image’s /etc/passwd. A user who is not in there gets root’s group.',
      subject: 'pod-as-stranger',
      control: 'pod-as-user-guest',
      observe: whoRuns,
      show: showRunner,
      subjectShows: {
        text: `uid ${String(STRANGER)} and gid 0, in the pod and on the node`,
        holds: ({ inPod, onNode }) => isUser(inPod, STRANGER, 0) && isUser(onNode, STRANGER, 0),
      },
      controlShows: {
        text: `uid ${String(GUEST)} and gid ${String(USERS)}`,
        holds: ({ inPod, onNode }) => isUser(inPod, GUEST, USERS) && isUser(onNode, GUEST, USERS),
      },
    }),
    claim({
      id: 'container-beats-pod',
      must: 'A runAsUser of the container MUST win over a runAsUser of its pod',
      source: {
        lines: [82, 82],
        sentence: 'can be specified under the pod spec directly and inside the spec of individual containers',
      },
      subject: 'pod-and-container-disagree',
      control: 'pod-as-user-guest',
      observe: whoRuns,
      show: showRunner,
      subjectShows: {
        text: `uid ${String(STRANGER)}, the container’s, and not ${String(GUEST)}, the pod’s`,
        holds: ({ inPod, onNode }) => inPod.uid === STRANGER && onNode.uid === STRANGER,
      },
      controlShows: {
        text: `uid ${String(GUEST)}, as its container says and no pod contradicts`,
        holds: ({ inPod, onNode }) => inPod.uid === GUEST && onNode.uid === GUEST,
      },
    }),
  ],
  mutants: [
    {
      id: 'root-becomes-guest',
      change: 'runAsUser 405 given to the pod that has no security context',
      fells: ['root-without-it'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: GUEST })),
    },
    {
      id: 'root-in-another-group',
      change: 'runAsGroup 100 given to the pod that has no security context: still root, but not gid 0',
      fells: ['root-without-it'],
      mutate: everyContainer((container) => (container.securityContext = { runAsGroup: USERS })),
    },
    {
      id: 'runAsUser-removed',
      change: 'runAsUser removed',
      fells: GUEST_CLAIMS,
      mutate: everyContainer((container) => delete container.securityContext),
    },
    {
      id: 'runAsUser-0',
      change: 'runAsUser 405 changed to 0',
      fells: GUEST_CLAIMS,
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 0 })),
    },
    {
      id: 'runAsUser-4050',
      change: 'runAsUser 405 changed to 4050: a search for "405" would still find it',
      fells: GUEST_CLAIMS,
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: STRANGER })),
    },
    {
      id: 'runAsGroup-0',
      change: 'runAsGroup 0 added: the right user in the wrong group',
      fells: GUEST_CLAIMS,
      mutate: everyContainer(
        (container) => (container.securityContext = { runAsUser: GUEST, runAsGroup: 0 }),
      ),
    },
    {
      id: 'stranger-in-group-100',
      change: 'runAsGroup 100 added to the user whom the image does not know',
      fells: ['group-comes-from-the-image'],
      mutate: everyContainer(
        (container) => (container.securityContext = { runAsUser: STRANGER, runAsGroup: USERS }),
      ),
    },
    {
      id: 'stranger-40500',
      change: 'runAsUser 4050 changed to 40500: a search for "4050" would still find it',
      fells: ['group-comes-from-the-image'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 40_500 })),
    },
    {
      id: 'stranger-405',
      change: 'runAsUser 4050 changed to 405, whom the image knows',
      fells: ['group-comes-from-the-image'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: GUEST })),
    },
    {
      id: 'container-says-nothing',
      change: 'the container’s runAsUser removed: the pod’s counts',
      fells: ['container-beats-pod'],
      mutate: everyContainer((container) => delete container.securityContext),
    },
    {
      id: 'users-swapped',
      change: 'the two numbers swapped: a check that only looks for both would not notice',
      fells: ['container-beats-pod'],
      mutate: (pod) => {
        pod.spec.securityContext = { runAsUser: STRANGER };
        everyContainer((container) => (container.securityContext = { runAsUser: GUEST }))(pod);
      },
    },
  ],
});

/** Kubernetes before 1.33 does not report the user; then the kernel's word is all there is. */
function agrees(kubelet: { uid: number; gid: number } | null, uid: number, gid: number): boolean {
  return kubelet === null || (kubelet.uid === uid && kubelet.gid === gid);
}
