import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive, type RunConfig } from './archive.ts';
import { fillMinikubeTree } from './minikube-tree.ts';
import type { ImageFacts } from './node-stage.ts';
import { AGENT_IMAGE } from './preload-stage.ts';
import { registryImage } from './registry-image.ts';
import type { Stage, StageJob } from './stage.ts';
import { packLayer } from './tree.ts';
import { workloadImage } from './workload-stage.ts';
import { recipe, work, type Workshop } from './workshop.ts';

/** The tag of minikube's base image before its key. */
export const MINIKUBE_REPOSITORY = 'podproof-minikube';

/** The name of the stage, needed for minikube and for nothing else. */
export const MINIKUBE_STAGE = 'minikube';

/** The network plugin's manifest, in the folder of the stage; minikube applies it. */
export const CNI_MANIFEST = 'cni.yaml';

/** minikube gives it to the controller manager for every cluster whose network plugin is not its own. */
const POD_SUBNET = '10.244.0.0/16';

/** Where kubeadm keeps the cluster's certificates, and where minikube tells it to. */
const CA_FILE = {
  kubeadm: '/etc/kubernetes/pki/ca.crt',
  minikube: '/var/lib/minikube/certs/ca.crt',
} as const;

const BASE_CONFIG: RunConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'container=docker'],
  Entrypoint: ['/usr/local/bin/minikube-entrypoint', '/usr/local/bin/entrypoint', '/sbin/init'],
  StopSignal: 'SIGRTMIN+3', // what systemd takes as an orderly halt
};

/**
 * The base image of minikube's nodes: one layer on top of the node image's own. Beside it in the archive are the
 * images that come with the node image, so that one load brings all that a run needs.
 */
export function minikubeStage(
  shop: Workshop,
  { kubernetesVersion, baseTag }: { readonly kubernetesVersion: string; readonly baseTag: () => string },
): Stage {
  return {
    name: MINIKUBE_STAGE,
    title: 'minikube image: assembly',
    estimateMs: 15_000,
    lane: 'network',
    needs: ['images', 'rootfs', 'kubernetes', 'workload', 'registry', 'crictl'],
    inputs: [
      ...['minikube-stage.ts', 'minikube-tree.ts'].map((name) => join(import.meta.dirname, name)),
      recipe(shop, 'minikube-image/rootfs'),
    ],
    settings: { kubernetesVersion, architecture: shop.architecture },
    async build(job) {
      const layer = join(job.into, 'base.tar');
      const tree = join(job.into, 'tree');
      job.step.update('packing the layer');
      await fillMinikubeTree(shop, job, { tree, kubernetesVersion });
      await packLayer(shop, job, { tree, file: layer, owners: 'as they are' });
      job.step.update('packing the image');
      const node = join(job.into, 'node');
      const registry = await registryImage(shop, job);
      const [, workloadId = '', registryId = ''] = await writeArchive(shop, job, {
        file: join(job.into, 'images.tar'),
        images: [
          {
            tags: [baseTag()],
            layers: [...(await layersOfNode(shop, job, node)), layer],
            config: BASE_CONFIG,
          },
          workloadImage(job),
          registry,
        ],
      });
      const facts: ImageFacts = { workloadId, registryId };
      await writeFile(join(job.into, 'images.json'), JSON.stringify(facts));
      await writeFile(join(job.into, CNI_MANIFEST), await cniManifest(shop));
      await Promise.all([layer, tree, node, ...registry.layers].map((path) => rm(path, { recursive: true })));
    },
  };
}

/** Unpacks the archive of the node image, in which that image is the first. */
async function layersOfNode(shop: Workshop, job: StageJob, into: string): Promise<string[]> {
  const archive = join(job.folderOf('images'), 'images.tar');
  await mkdir(into);
  await work(shop, {
    argv: ['tar', '--extract', '--directory', into, '--file', archive],
    what: 'unpacking the node image',
    deadline: job.deadline,
  });
  const manifest: unknown = JSON.parse(await readFile(join(into, 'manifest.json'), 'utf8'));
  const layers = firstLayers(manifest).map((name) => join(into, name));
  if (layers.length === 0) throw new Error(`${archive} has no image with layers`);
  return layers;
}

/** Of the first image in a manifest as `docker save` writes it. */
function firstLayers(manifest: unknown): readonly string[] {
  const images: readonly unknown[] = Array.isArray(manifest) ? manifest : [];
  const [first] = images;
  const isImage = typeof first === 'object' && first !== null && 'Layers' in first;
  const layers: unknown = isImage ? first.Layers : [];
  return Array.isArray(layers) ? layers.filter((layer) => typeof layer === 'string') : [];
}

/** The same agent as on our other nodes. kind fills in the subnet by itself, minikube applies files as they are. */
async function cniManifest(shop: Workshop): Promise<string> {
  const text = await readFile(recipe(shop, 'node-image/rootfs/kind/manifests/default-cni.yaml'), 'utf8');
  return [
    ['@AGENT_IMAGE@', AGENT_IMAGE],
    ['{{ .PodSubnet }}', POD_SUBNET],
    [CA_FILE.kubeadm, CA_FILE.minikube],
  ].reduce((filled, [placeholder = '', value = '']) => {
    if (!filled.includes(placeholder)) throw new Error(`the network manifest has no ${placeholder} any more`);
    return filled.replaceAll(placeholder, value);
  }, text);
}
