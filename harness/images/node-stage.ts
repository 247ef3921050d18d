import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive, type ArchiveImage, type RunConfig } from './archive.ts';
import { fillNodeTree } from './node-tree.ts';
import { registryImage } from './registry-image.ts';
import type { Stage } from './stage.ts';
import { packLayer } from './tree.ts';
import { workloadImage } from './workload-stage.ts';
import { recipe, type Workshop } from './workshop.ts';

/** The tag of the node image before its key. */
export const NODE_REPOSITORY = 'podproof-node';

/** What the finished stage says about its images; `<folder>/images.json` beside `<folder>/images.tar`. */
export interface ImageFacts {
  readonly workloadId: string;
  readonly registryId: string;
}

const NODE_CONFIG: RunConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'container=docker'],
  Entrypoint: ['/usr/local/bin/entrypoint', '/sbin/init'],
  StopSignal: 'SIGRTMIN+3', // what systemd takes as an orderly halt
};

/** All images in one file that `docker load` reads. The caller tags the node image, whose name holds the key. */
export function nodeStage(
  shop: Workshop,
  { kubernetesVersion, nodeTag }: { readonly kubernetesVersion: string; readonly nodeTag: () => string },
): Stage {
  const sources = [
    'node-stage.ts',
    'node-tree.ts',
    'archive.ts',
    'registry-image.ts',
    'single-file-image.ts',
  ].map((name) => join(import.meta.dirname, name));
  return {
    name: 'images',
    title: 'node image: assembly',
    estimateMs: 8000,
    lane: 'cpu',
    needs: ['rootfs', 'kubernetes', 'containerd', 'runc', 'cni', 'preload', 'workload', 'registry'],
    inputs: [...sources, recipe(shop, 'node-image/rootfs')],
    settings: { kubernetesVersion, architecture: shop.architecture },
    async build(job) {
      const rootfs = join(job.folderOf('rootfs'), 'tree');
      const base = join(job.into, 'base.tar');
      const node = join(job.into, 'node.tar');
      const tree = join(job.into, 'tree');
      job.step.update('packing layers');
      await fillNodeTree(shop, job, { tree, kubernetesVersion });
      await Promise.all([
        packLayer(shop, job, { tree: rootfs, file: base, owners: 'as they are' }),
        packLayer(shop, job, { tree, file: node, owners: 'root' }),
      ]);
      job.step.update('packing the image');
      const registry = await registryImage(shop, job);
      const nodeImage: ArchiveImage = { tags: [nodeTag()], layers: [base, node], config: NODE_CONFIG };
      const [, workloadId = '', registryId = ''] = await writeArchive(shop, job, {
        file: join(job.into, 'images.tar'),
        images: [nodeImage, workloadImage(job), registry],
      });
      const facts: ImageFacts = { workloadId, registryId };
      await writeFile(join(job.into, 'images.json'), JSON.stringify(facts));
      await Promise.all([base, node, tree, ...registry.layers].map((path) => rm(path, { recursive: true })));
    },
  };
}
