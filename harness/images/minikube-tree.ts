import { chmod, chown, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageNames } from './preload-stage.ts';
import type { StageJob } from './stage.ts';
import { install, link, openToAll, overlay } from './tree.ts';
import { recipe, type Workshop } from './workshop.ts';

/** minikube sets a node up through SSH, as this user, with scp and sudo. */
const PACKAGES = ['openssh-server', 'openssh-client', 'sudo'];

/** What it needs of them; all their libraries are in the node image. */
const FILES = [
  ...['usr/sbin/sshd', 'usr/bin/ssh-keygen', 'usr/bin/scp', 'usr/bin/sudo', 'etc/sudoers', 'etc/pam.d/sudo'],
  ...['usr/libexec/sudo/sudoers.so', 'usr/libexec/sudo/libsudo_util.so.0'],
];

/** sudo is nothing without its set-user-ID bit, and it wants its file to be nobody else's. */
const MODES = { 'usr/bin/sudo': 0o4755, 'etc/sudoers': 0o440 } as const;

/** The user of all that. */
const LOGIN = { name: 'docker', id: 1000, home: 'home/docker' } as const;

/** Lines of the files of users. `*` is no password: by key only. sshd is what sshd becomes until it knows who calls. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  passwd: [`docker:x:1000:1000::/home/docker:/bin/bash`, 'sshd:x:110:65534::/run/sshd:/usr/sbin/nologin'],
  group: ['docker:x:1000:'],
  shadow: ['docker:*:19000:0:99999:7:::', 'sshd:!:19000::::::'],
};

const UNITS = 'etc/systemd/system';

/** The node image's unit, which would win over the one that minikube writes to /lib; an empty `.wh.` file removes it. */
const WHITEOUTS = [`${UNITS}/.wh.kubelet.service`, `${UNITS}/multi-user.target.wants/.wh.kubelet.service`];

interface Filling {
  readonly tree: string;
  readonly kubernetesVersion: string;
}

/** Puts everything into `tree` that minikube expects of a node and kind does not. */
export async function fillMinikubeTree(shop: Workshop, job: StageJob, filling: Filling): Promise<void> {
  const { tree, kubernetesVersion } = filling;
  await overlay(tree, recipe(shop, 'minikube-image/rootfs'));
  await namePauseImage(shop, job, filling);
  await install(tree, 'usr/bin/crictl', { file: join(job.folderOf('crictl'), 'crictl') });
  await addPackages(shop, job, tree);
  const binaries = join('var/lib/minikube/binaries', kubernetesVersion);
  await link(tree, {
    [`${UNITS}/multi-user.target.wants/ssh.service`]: '../ssh.service',
    // Where they are, minikube downloads nothing. The program looks at the name it is called by.
    ...Object.fromEntries(
      ['kubelet', 'kubeadm', 'kubectl'].map((name) => [join(binaries, name), '/usr/bin/kubernetes']),
    ),
  });
  for (const path of WHITEOUTS) await writeFile(join(tree, path), '');
  await openToAll(tree);
  for (const [path, mode] of Object.entries(MODES)) await chmod(join(tree, path), mode);
  await addUsers(tree, join(job.folderOf('rootfs'), 'tree'));
  await addHome(tree);
}

async function namePauseImage(
  shop: Workshop,
  job: StageJob,
  { tree, kubernetesVersion }: Filling,
): Promise<void> {
  const names = await imageNames(shop, job, kubernetesVersion);
  const pause = names.find((name) => name.includes('/pause:'));
  if (pause === undefined) throw new Error(`kubeadm names no pause image: ${names.join(' ')}`);
  const config = join(tree, 'etc/containerd/config.toml');
  await writeFile(config, (await readFile(config, 'utf8')).replaceAll('@PAUSE_IMAGE@', pause));
}

async function addPackages(shop: Workshop, job: StageJob, tree: string): Promise<void> {
  const unpacked = join(job.into, 'packages');
  const { deadline, step } = job;
  await shop.debian.unpack({
    suite: 'bookworm',
    packages: PACKAGES,
    into: unpacked,
    deadline,
    progress: step,
  });
  for (const path of FILES) await install(tree, path, { file: join(unpacked, path) });
  await rm(unpacked, { recursive: true });
}

/** A layer replaces whole files, so these are the node image's with more lines. */
async function addUsers(tree: string, rootfs: string): Promise<void> {
  for (const [file, lines] of Object.entries(USERS)) {
    const from = join(rootfs, 'etc', file);
    const to = join(tree, 'etc', file);
    const { mode, gid } = await lstat(from);
    await writeFile(to, `${await readFile(from, 'utf8')}${lines.join('\n')}\n`);
    await chown(to, 0, gid);
    await chmod(to, mode & 0o777);
  }
}

async function addHome(tree: string): Promise<void> {
  const ssh = join(tree, LOGIN.home, '.ssh');
  await mkdir(ssh, { recursive: true });
  await chmod(join(tree, dirname(LOGIN.home)), 0o755);
  for (const folder of [join(tree, LOGIN.home), ssh]) {
    await chown(folder, LOGIN.id, LOGIN.id);
    await chmod(folder, 0o700);
  }
}
