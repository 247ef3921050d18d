import {
  ask,
  CannotTell,
  claim,
  defineScenario,
  everyContainer,
  identityOf,
  mainProcessOnNode,
  type PodUnderTest,
  type Scene,
  type Stage,
} from '../../harness/index.ts';

const FOLDER = '/var/lib/podproof/host-directory';
const MOUNT = '/host';
const READABLE = { secret: '0600', public: '0644' } as const;
const DENIED = 'Permission denied';
const READ_ONLY = 'Read-only file system';

export default defineScenario({
  id: 'host-directory',
  title:
    'Root in a container is root in a mounted host directory; other users may what files allow; a read-only mount stops root, a user namespace does not',
  article: { heading: 'Preventing a container from running as root', lines: [103, 117] },
  tags: ['core', 'correction', 'HD-1'],
  requires: { hostPath: { [FOLDER]: 'it is what the scenario is about' } },
  acts: [{ what: 'a directory with a secret and a public file is made on the node', does: makeDirectory }],
  claims: [
    claim({
      id: 'root-has-full-access',
      must: 'A root process in a container MUST read what only root may read in a mounted host directory, and make files there that belong to root on the node',
      source: {
        lines: [109, 109],
        sentence:
          'if the process running in the container is running as root, it has full access to the mounted directory',
      },
      subject: 'pod-host-directory-root',
      control: 'pod-host-directory-guest',
      observe: (pod, scene) => tryAll(pod, scene, 'full'),
      show: showAccess,
      subjectShows: { text: 'both files readable, and a new file that belongs to 0:0', holds: isRootAccess },
      controlShows: {
        text: 'the public file readable, the secret and a new file denied',
        holds: isGuestAccess,
      },
    }),
    claim({
      id: 'others-may-what-files-allow',
      must: 'A process that is not root MUST read what everybody may read in a mounted host directory, and neither root’s secret nor make a file',
      source: { lines: [109, 109], sentence: 'whereas if it’s running as non-root, it won’t' },
      correction:
        'Plain file permissions decide (and SELinux, where there is any): the other user still reads whatever the file allows to everybody.',
      subject: 'pod-host-directory-guest',
      control: 'pod-host-directory-root',
      observe: (pod, scene) => tryAll(pod, scene, 'guest'),
      show: showAccess,
      subjectShows: {
        text: 'the public file readable, the secret and a new file denied',
        holds: isGuestAccess,
      },
      controlShows: { text: 'full access', holds: isRootAccess },
    }),
    claim({
      id: 'read-only-stops-root',
      must: 'A read-only mount MUST keep even root from making a file in a host directory, while root still reads everything',
      source: { lines: [109, 109], sentence: 'it has full access to the mounted directory' },
      correction: 'Not if the mount is read-only: then root reads everything and changes nothing.',
      subject: 'pod-host-directory-read-only',
      control: 'pod-host-directory-root',
      observe: (pod, scene) => tryAll(pod, scene, 'read-only'),
      show: showAccess,
      subjectShows: {
        text: 'both files readable, and a new file refused because the file system is read-only',
        holds: ({ readsSecret, readsPublic, makes, owner }) =>
          readsSecret === 'reads' && readsPublic === 'reads' && makes === READ_ONLY && owner === 'absent',
      },
      controlShows: { text: 'full access', holds: isRootAccess },
    }),
    claim({
      id: 'user-namespace-does-not-help',
      must: 'Root in a user namespace MUST have the same access to a host directory as root without one, although its processes are not root on the node',
      source: { lines: [109, 109], sentence: 'containers are mostly isolated from the host system' },
      correction:
        'User namespaces isolate processes, not volumes: the kubelet maps a volume’s owners back (idmapped mount), so the pod’s root is root in it.',
      requires: { userNamespaces: true },
      subject: 'pod-host-directory-user-namespace',
      control: 'pod-host-directory-guest',
      observe: async (pod, scene) => ({
        ...(await tryAll(pod, scene, 'user-namespace')),
        nodeUid: (await identityOf(pod.node.runner, await mainProcessOnNode(pod))).uid,
      }),
      show: (seen) => `uid ${String(seen.nodeUid)} on the node; ${showAccess(seen)}`,
      subjectShows: {
        text: 'full access by a process whose uid on the node is 65536 or higher',
        holds: (seen) => isRootAccess(seen) && seen.nodeUid >= 65_536,
      },
      controlShows: {
        text: 'no access to the secret by a process that is 405 on the node',
        holds: (seen) => isGuestAccess(seen) && seen.nodeUid === 405,
      },
    }),
  ],
  mutants: [
    {
      id: 'root-becomes-guest',
      change: 'runAsUser 405 given to the root pod',
      fells: ['root-has-full-access'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 405 })),
    },
    {
      id: 'root-reads-only',
      change: 'the root pod’s mount made read-only: it reads the secret, but makes no file',
      fells: ['root-has-full-access'],
      mutate: everyContainer(({ volumeMounts }) => volumeMounts?.forEach((mount) => (mount.readOnly = true))),
    },
    {
      id: 'guest-becomes-root',
      change: 'runAsUser 405 changed to 0',
      fells: ['others-may-what-files-allow'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 0 })),
    },
    {
      id: 'empty-directory-instead',
      change: 'the host directory replaced by an empty one: nothing to read, and everybody may make files',
      fells: ['others-may-what-files-allow'],
      mutate: ({ spec }) => (spec.volumes = [{ name: 'host', emptyDir: {} }]),
    },
    {
      id: 'guest-with-a-power',
      change: 'uid 0 without the capability to override permissions, in place of the guest',
      fells: ['others-may-what-files-allow'],
      mutate: everyContainer(
        (container) => (container.securityContext = { runAsUser: 0, capabilities: { drop: ['ALL'] } }),
      ),
    },
    {
      id: 'read-only-removed',
      change: 'readOnly removed from the mount',
      fells: ['read-only-stops-root'],
      mutate: everyContainer(({ volumeMounts }) => volumeMounts?.forEach((mount) => delete mount.readOnly)),
    },
    {
      id: 'read-only-guest',
      change: 'readOnly replaced by another user: also makes no file, but for another reason',
      fells: ['read-only-stops-root'],
      mutate: everyContainer((container) => {
        container.volumeMounts?.forEach((mount) => delete mount.readOnly);
        container.securityContext = { runAsUser: 405 };
      }),
    },
    {
      id: 'host-users',
      change: 'hostUsers: false removed: full access, but as root of the node',
      fells: ['user-namespace-does-not-help'],
      mutate: ({ spec }) => delete spec.hostUsers,
    },
    {
      id: 'guest-in-a-user-namespace',
      change: 'another user than root in the user namespace',
      fells: ['user-namespace-does-not-help'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 405 })),
    },
  ],
});

/** Made inside the node, below a folder of this unit alone, and removed with everything that pods put in there. */
async function makeDirectory(stage: Stage): Promise<void> {
  const { name: nodeName, runner } = stage.nodeFor('pod-host-directory-root');
  const folder = stage.hostPath(FOLDER);
  const unitFolder = folder.slice(0, folder.lastIndexOf('/'));
  // With the node of the later scene: the time of this act, and with it its runner's, is over by then.
  stage.later('the directory on the node', async ({ nodes }) => {
    const node = nodes.find(({ name: each }) => each === nodeName);
    if (node === undefined) throw new CannotTell(`node ${nodeName} is gone`);
    const { exitCode, stderr } = await ask(node.runner, ['rm', '-r', '--', unitFolder]);
    if (exitCode !== 0) throw new CannotTell(stderr.trim());
  });
  for (const [name, mode] of Object.entries(READABLE)) {
    const made = await ask(runner, ['install', '-D', '-m', mode, '/dev/stdin', `${folder}/${name}`], {
      stdin: `${name} ${stage.nonceOf(FOLDER)}\n`,
    });
    if (made.exitCode !== 0) throw new CannotTell(`install on the node: ${made.stderr.trim()}`);
  }
}

type Access = {
  /** `reads` when the content is that of this run; otherwise why not. */
  readonly readsSecret: string;
  readonly readsPublic: string;
  /** `makes`, or why not. */
  readonly makes: string;
  /** Owner of the new file as the node sees it, `uid:gid`; `absent` when there is none. */
  readonly owner: string;
};

/** What the pod may do in the directory, and what of it the node sees. */
async function tryAll(pod: PodUnderTest, scene: Scene, name: string): Promise<Access> {
  const file = `made-${name}-by-${pod.name}`;
  const readsSecret = await reads(pod, scene, 'secret');
  const readsPublic = await reads(pod, scene, 'public');
  const made = await ask(pod.runner, ['touch', `${MOUNT}/${file}`]);
  return {
    readsSecret,
    readsPublic,
    makes: made.exitCode === 0 ? 'makes' : reasonOf(made.stderr),
    owner: await ownerOnNode(pod, scene, file),
  };
}

async function reads(pod: PodUnderTest, scene: Scene, name: keyof typeof READABLE): Promise<string> {
  const { exitCode, stdout, stderr } = await ask(pod.runner, ['cat', `${MOUNT}/${name}`]);
  if (exitCode !== 0) return reasonOf(stderr);
  return stdout === `${name} ${scene.nonceOf(FOLDER)}\n` ? 'reads' : 'reads something else';
}

async function ownerOnNode(pod: PodUnderTest, scene: Scene, file: string): Promise<string> {
  const path = `${scene.hostPath(FOLDER)}/${file}`;
  const { exitCode, stdout, stderr } = await ask(pod.node.runner, ['stat', '-c', '%u:%g', path]);
  if (exitCode === 0) return stdout.trim();
  if (stderr.includes('No such file')) return 'absent';
  throw new CannotTell(`stat on ${pod.node.name}: ${stderr.trim()}`);
}

function reasonOf(stderr: string): string {
  return [DENIED, READ_ONLY].find((reason) => stderr.includes(reason)) ?? stderr.trim();
}

function isRootAccess({ readsSecret, readsPublic, makes, owner }: Access): boolean {
  return readsSecret === 'reads' && readsPublic === 'reads' && makes === 'makes' && owner === '0:0';
}

function isGuestAccess({ readsSecret, readsPublic, makes, owner }: Access): boolean {
  return readsSecret === DENIED && readsPublic === 'reads' && makes === DENIED && owner === 'absent';
}

function showAccess({ readsSecret, readsPublic, makes, owner }: Access): string {
  const made = makes === 'makes' ? `makes a file that belongs to ${owner}` : `makes no file: ${makes}`;
  return `0600 file: ${readsSecret}, 0644 file: ${readsPublic}, ${made}`;
}
