import {
  access,
  link as hardLink,
  mkdir,
  readdir,
  readFile,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_IMAGE, imageNames } from './preload-stage.ts';
import type { StageJob } from './stage.ts';
import { install, link, openToAll, overlay } from './tree.ts';
import { recipe, work, type Workshop } from './workshop.ts';

/**
 * Units that have nothing to do in a container, or that would reach through to the machine: systemd-sysctl sets
 * kernel variables, modprobe@ loads modules, udev drives devices.
 */
const MASKED: readonly string[] = [
  ...[
    'systemd-sysctl.service',
    'modprobe@.service',
    'systemd-modules-load.service',
    'kmod-static-nodes.service',
  ],
  ...['systemd-udevd.service', 'systemd-udev-trigger.service', 'systemd-udevd-kernel.socket'],
  ...['systemd-udevd-control.socket', 'systemd-logind.service', 'systemd-resolved.service'],
  ...['systemd-timesyncd.service', 'systemd-binfmt.service', 'systemd-random-seed.service'],
  ...['systemd-sysusers.service', 'systemd-update-done.service', 'systemd-update-utmp.service'],
  ...['systemd-update-utmp-runlevel.service', 'systemd-pcrphase.service', 'systemd-pcrphase-sysinit.service'],
  ...['systemd-firstboot.service', 'systemd-remount-fs.service', 'systemd-journal-catalog-update.service'],
  ...['ldconfig.service', 'getty.target', 'getty@.service', 'console-getty.service', 'serial-getty@.service'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer'],
  ...['e2scrub_reap.service', 'fstrim.timer', 'sys-kernel-config.mount', 'sys-kernel-debug.mount'],
  ...['sys-kernel-tracing.mount', 'sys-fs-fuse-connections.mount', 'dev-hugepages.mount', 'dev-mqueue.mount'],
];

/** Where containerd keeps unpacked layers, relative to the root of the node. */
const SNAPSHOTS = 'var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots';

/** Where big layers are instead; the entrypoint knows this folder too. */
const LAYERS = 'opt/podproof/layers';

/** What tells the layers that move: those of the control plane and of CoreDNS. */
const BIG_LAYERS = ['usr/local/bin/kubernetes', 'coredns'] as const;

/** Puts everything into `tree` that a node has on top of its Debian. */
export async function fillNodeTree(
  shop: Workshop,
  job: StageJob,
  { tree, kubernetesVersion }: { readonly tree: string; readonly kubernetesVersion: string },
): Promise<void> {
  await overlay(tree, recipe(shop, 'node-image/rootfs'));
  const names = await imageNames(shop, job, kubernetesVersion);
  const pauseImage = names.find((name) => name.includes('/pause:')) ?? '';
  await fill(join(tree, 'etc/containerd/config.toml'), '@PAUSE_IMAGE@', pauseImage);
  await fill(join(tree, 'kind/manifests/default-cni.yaml'), '@AGENT_IMAGE@', AGENT_IMAGE);
  await writeFile(join(tree, 'kind/version'), `${kubernetesVersion}\n`);
  await installPrograms(tree, job);
  await installUnits(tree);
  // containerd watches the first from its start; the agent's file must not be the one that makes it.
  for (const path of ['etc/cni/net.d', 'etc/kubernetes/manifests', 'var/lib', LAYERS]) {
    await mkdir(join(tree, path), { recursive: true });
  }
  await openToAll(tree);
  const containerd = join(job.folderOf('preload'), 'containerd');
  await work(shop, {
    argv: ['cp', '--archive', containerd, join(tree, 'var/lib/containerd')],
    what: 'copying images',
    deadline: job.deadline,
  });
  await moveBigLayers(tree);
}

async function installPrograms(tree: string, job: StageJob): Promise<void> {
  for (const [stage, folder] of [
    ['containerd', 'usr/bin'],
    ['runc', 'usr/bin'],
    ['cni', 'opt/cni/bin'],
  ] as const) {
    for (const name of await readdir(job.folderOf(stage))) {
      await install(tree, join(folder, name), { file: join(job.folderOf(stage), name) });
    }
  }
  await link(tree, {
    'usr/bin/kubelet': 'kubernetes',
    'usr/bin/kubeadm': 'kubernetes',
    'usr/bin/kubectl': 'kubernetes',
  });
}

async function installUnits(tree: string): Promise<void> {
  const units = 'etc/systemd/system';
  await link(tree, {
    [`${units}/multi-user.target.wants/containerd.service`]: '../containerd.service',
    [`${units}/multi-user.target.wants/kubelet.service`]: '../kubelet.service',
    [`${units}/default.target`]: '/lib/systemd/system/multi-user.target',
    ...Object.fromEntries(MASKED.map((unit) => [`${units}/${unit}`, '/dev/null'])),
  });
}

/**
 * /var of a node is a volume, and the engine copies the image's /var into it whenever a node starts: a quarter of a
 * gigabyte per node for layers that nobody writes to. So the big ones stay in the image, where all nodes share them on
 * disk and in memory, and containerd finds them through a link. Its own copy of the multi-call binary and the node's
 * are the same file. The workload's layer stays in /var: pods with a user namespace need it on a plain file system.
 */
async function moveBigLayers(tree: string): Promise<void> {
  for (const snapshot of await readdir(join(tree, SNAPSHOTS))) {
    const layer = join(tree, SNAPSHOTS, snapshot, 'fs');
    const found = await Promise.all(BIG_LAYERS.map((path) => exists(join(layer, path))));
    if (!found.includes(true)) continue;
    await rename(layer, join(tree, LAYERS, snapshot));
    await symlink(join('/', LAYERS, snapshot), layer);
    const kubernetes = join(tree, LAYERS, snapshot, 'usr/local/bin/kubernetes');
    if (found[0] === true) await hardLink(kubernetes, join(tree, 'usr/bin/kubernetes'));
  }
  await access(join(tree, 'usr/bin/kubernetes'));
}

async function fill(file: string, placeholder: string, value: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(placeholder) || value === '')
    throw new Error(`${file}: nothing to put for ${placeholder}`);
  await writeFile(file, text.replaceAll(placeholder, value));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
