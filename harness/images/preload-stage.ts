import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive, type ArchiveImage } from './archive.ts';
import { withContainerd, type Ctr } from './containerd-session.ts';
import { installWithLibraries } from './shared-libraries.ts';
import { singleFileImage } from './single-file-image.ts';
import type { Stage, StageJob } from './stage.ts';
import { install, link, MERGED_USR, openToAll, packLayer } from './tree.ts';
import { workloadImage } from './workload-stage.ts';
import { work, type Workshop } from './workshop.ts';

/** The programs of the control plane that kubeadm runs as pods; each is a name of the multi-call binary. */
const PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'etcd',
] as const;

/** What kube-proxy and the CNI agent call. */
const TOOLS = ['xtables-nft-multi', 'nft', 'conntrack'] as const;

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The image that the CNI manifest names. */
export const AGENT_IMAGE = 'localhost/podproof/cni-agent:v1';

/**
 * Every image that a node runs, unpacked in a containerd root (`<folder>/containerd`) that becomes part of the node
 * image: a node starts its pods without a registry and without unpacking anything.
 */
export function preloadStage(shop: Workshop, kubernetesVersion: string): Stage {
  return {
    name: 'preload',
    title: 'node image: images of the control plane',
    estimateMs: 15_000,
    lane: 'cpu',
    needs: ['rootfs', 'kubernetes', 'containerd', 'coredns', 'agent', 'pause', 'workload'],
    inputs: [
      import.meta.filename,
      ...['containerd-session.ts', 'single-file-image.ts'].map((name) => join(import.meta.dirname, name)),
    ],
    settings: { kubernetesVersion, architecture: shop.architecture },
    async build(job) {
      const names = await imageNames(shop, job, kubernetesVersion);
      job.step.update('packing layers');
      const images = [
        await systemImage(shop, job, names),
        await singleFileImage(shop, job, {
          tags: names.filter((name) => name.includes('/coredns')),
          file: join(job.folderOf('coredns'), 'coredns'),
          config: { Env: [PATH], Entrypoint: ['/coredns'] },
        }),
        await singleFileImage(shop, job, {
          tags: names.filter((name) => name.includes('/pause:')),
          file: join(job.folderOf('pause'), 'pause'),
          config: { Env: [PATH], Entrypoint: ['/pause'], User: '65535:65535' },
        }),
        workloadImage(job),
      ];
      const archive = join(job.into, 'images.tar');
      await writeArchive(shop, job, { file: archive, images });
      await importInto(shop, job, { archive, root: join(job.into, 'containerd') });
      for (const name of await readdir(job.into)) {
        if (name !== 'containerd') await rm(join(job.into, name), { recursive: true });
      }
    },
  };
}

/** The images that this kubeadm will ask for: names and tags are its own constants, so nothing has to be kept in step. */
export async function imageNames(
  shop: Workshop,
  job: Pick<StageJob, 'deadline' | 'into' | 'folderOf'>,
  version: string,
): Promise<string[]> {
  const programs = join(job.into, 'kubeadm');
  await link(programs, { kubeadm: join(job.folderOf('kubernetes'), 'kubernetes') });
  const list = ['config', 'images', 'list', '--kubernetes-version', version];
  const text = await work(shop, {
    argv: [join(programs, 'kubeadm'), ...list],
    what: 'the list of images',
    deadline: job.deadline,
  });
  await rm(programs, { recursive: true });
  return text.split('\n').filter((line) => line.includes('/') && line.includes(':'));
}

/** One image under many names: whatever kubeadm starts, its command is one of the links in it. */
async function systemImage(shop: Workshop, job: StageJob, names: readonly string[]): Promise<ArchiveImage> {
  const tree = join(job.into, 'system');
  const rootfs = join(job.folderOf('rootfs'), 'tree');
  await link(tree, MERGED_USR);
  await install(tree, 'usr/local/bin/kubernetes', { file: join(job.folderOf('kubernetes'), 'kubernetes') });
  await link(tree, Object.fromEntries(PROGRAMS.map((name) => [`usr/local/bin/${name}`, 'kubernetes'])));
  await install(tree, 'usr/local/bin/cni-agent', { file: join(job.folderOf('agent'), 'agent') });
  const library = (await readdir(join(rootfs, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const extensions = join('usr/lib', library, 'xtables');
  await installWithLibraries(shop, job, {
    from: rootfs,
    into: tree,
    files: [
      ...TOOLS.map((name) => `usr/sbin/${name}`),
      'usr/bin/ip',
      ...(await readdir(join(rootfs, extensions))).map((name) => join(extensions, name)),
    ],
  });
  const iptables = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
  await link(tree, Object.fromEntries(iptables.map((name) => [`usr/sbin/${name}`, 'xtables-nft-multi'])));
  await openToAll(tree);
  const layer = join(job.into, 'system.tar');
  await packLayer(shop, job, { tree, file: layer, owners: 'root' });
  const isProgram = (name: string): boolean => PROGRAMS.some((program) => name.includes(`/${program}:`));
  return { tags: [...names.filter(isProgram), AGENT_IMAGE], layers: [layer], config: { Env: [PATH] } };
}

/** The layers themselves are dropped once unpacked: every node would carry them twice otherwise. */
async function importInto(
  shop: Workshop,
  job: StageJob,
  { archive, root }: { readonly archive: string; readonly root: string },
): Promise<void> {
  job.step.update('unpacking images');
  const use = async (ctr: Ctr): Promise<void> => {
    // pinned: the kubelet's garbage collection must never remove what no registry could give back
    const pinned = ['--label', 'io.cri-containerd.pinned=pinned'];
    await ctr(
      'importing images',
      'images',
      'import',
      '--local',
      '--discard-unpacked-layers',
      ...pinned,
      archive,
    );
    // Waits for the garbage collection that removes the layers.
    await ctr('removing packed layers', 'content', 'prune', 'references');
    await ctr('checking images', 'images', 'check');
  };
  await withContainerd(shop, job, { programs: job.folderOf('containerd'), root, use });
  for (const name of await readdir(root)) {
    const isNeeded = /content\.v1|metadata\.v1|snapshotter\.v1\.overlayfs/.test(name);
    if (!isNeeded) await rm(join(root, name), { recursive: true });
  }
}
