import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive } from './archive.ts';
import { AGENT_IMAGE, imageNames } from './preload-stage.ts';
import type { Stage, StageJob } from './stage.ts';
import { install, link, openToAll, overlay, packLayer } from './tree.ts';
import { WORKLOAD_CONFIG, WORKLOAD_IMAGE } from './workload-stage.ts';
import { recipe, work, type Workshop } from './workshop.ts';

/** The tag of the node image before its key. */
export const NODE_REPOSITORY = 'podproof-node';

/** What the finished stage says about its images; `<folder>/images.json` beside `<folder>/images.tar`. */
export interface ImageFacts {
  readonly workloadId: string;
}

/** Both images in one file that `docker load` reads. The caller tags the node image, whose name holds the key. */
export function nodeStage(
  shop: Workshop,
  { kubernetesVersion, nodeTag }: { readonly kubernetesVersion: string; readonly nodeTag: () => string },
): Stage {
  return {
    name: 'images',
    title: 'node image: assembly',
    estimateMs: 10_000,
    lane: 'cpu',
    needs: ['rootfs', 'kubernetes', 'containerd', 'runc', 'cni', 'preload', 'workload'],
    inputs: [
      import.meta.filename,
      join(import.meta.dirname, 'archive.ts'),
      recipe(shop, 'node-image/rootfs'),
    ],
    settings: { kubernetesVersion, architecture: shop.architecture },
    async build(job) {
      const base = join(job.into, 'base.tar');
      const node = join(job.into, 'node.tar');
      job.step.update('packing layers');
      await Promise.all([
        packLayer(shop, job, join(job.folderOf('rootfs'), 'tree'), base, 'as they are'),
        packNodeLayer(shop, job, { kubernetesVersion, layer: node }),
      ]);
      job.step.update('packing the image');
      const [, workloadId = ''] = await writeArchive(shop, job, join(job.into, 'images.tar'), [
        {
          tags: [nodeTag()],
          layers: [base, node],
          config: {
            Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'container=docker'],
            Entrypoint: ['/usr/local/bin/entrypoint', '/sbin/init'],
            StopSignal: 'SIGRTMIN+3', // what systemd takes as an orderly halt
          },
        },
        {
          tags: [WORKLOAD_IMAGE],
          layers: [join(job.folderOf('workload'), 'layer.tar')],
          config: WORKLOAD_CONFIG,
        },
      ]);
      const facts: ImageFacts = { workloadId };
      await writeFile(join(job.into, 'images.json'), JSON.stringify(facts));
      await Promise.all([base, node].map((file) => rm(file)));
    },
  };
}

async function packNodeLayer(
  shop: Workshop,
  job: StageJob,
  { kubernetesVersion, layer }: { readonly kubernetesVersion: string; readonly layer: string },
): Promise<void> {
  const tree = join(job.into, 'tree');
  await overlay(tree, recipe(shop, 'node-image/rootfs'));
  const names = await imageNames(shop, job, kubernetesVersion);
  const pauseImage = names.find((name) => name.includes('/pause:')) ?? '';
  await fill(join(tree, 'etc/containerd/config.toml'), '@PAUSE_IMAGE@', pauseImage);
  await fill(join(tree, 'kind/manifests/default-cni.yaml'), '@AGENT_IMAGE@', AGENT_IMAGE);
  await writeFile(join(tree, 'kind/version'), `${kubernetesVersion}\n`);
  await install(tree, 'usr/bin/kubernetes', { file: join(job.folderOf('kubernetes'), 'kubernetes') });
  for (const [stage, folder] of [
    ['containerd', 'usr/bin'],
    ['runc', 'usr/bin'],
    ['cni', 'opt/cni/bin'],
  ] as const) {
    for (const name of await readdir(job.folderOf(stage))) {
      await install(tree, join(folder, name), { file: join(job.folderOf(stage), name) });
    }
  }
  const wanted = 'etc/systemd/system/multi-user.target.wants';
  await link(tree, {
    'usr/bin/kubelet': 'kubernetes',
    'usr/bin/kubeadm': 'kubernetes',
    'usr/bin/kubectl': 'kubernetes',
    [`${wanted}/containerd.service`]: '../containerd.service',
    [`${wanted}/kubelet.service`]: '../kubelet.service',
    'etc/systemd/system/default.target': '/lib/systemd/system/multi-user.target',
  });
  // containerd watches this folder from its start; the agent's file must not be the one that makes it.
  for (const path of ['etc/cni/net.d', 'etc/kubernetes/manifests', 'var/lib'])
    await mkdir(join(tree, path), { recursive: true });
  await openToAll(tree);
  const containerd = join(job.folderOf('preload'), 'containerd');
  await work(shop, job, ['cp', '--archive', containerd, join(tree, 'var/lib/containerd')], {
    what: 'copying images',
  });
  await packLayer(shop, job, tree, layer, 'root');
  await rm(tree, { recursive: true });
}

async function fill(file: string, placeholder: string, value: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(placeholder) || value === '')
    throw new Error(`${file}: nothing to put for ${placeholder}`);
  await writeFile(file, text.replaceAll(placeholder, value));
}
