import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StageJob } from './stage.ts';
import { work, type Workshop } from './workshop.ts';

/** The run configuration of an image, as in the OCI image specification. */
export interface RunConfig {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly StopSignal?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface ArchiveImage {
  readonly tags: readonly string[];
  /** Uncompressed tar files, lowest first. */
  readonly layers: readonly string[];
  readonly config: RunConfig;
}

/**
 * Writes images into one file in the format of `docker save`, which both `docker load` and `ctr images import` read.
 * No engine is needed. Layers that several images share are stored once.
 *
 * @returns the image IDs (sha256:…) in the order of the images
 */
export async function writeArchive(
  shop: Workshop,
  job: StageJob,
  { file, images }: { readonly file: string; readonly images: readonly ArchiveImage[] },
): Promise<string[]> {
  const folder = join(dirname(file), 'archive');
  await mkdir(folder);
  const ids: string[] = [];
  const manifest = [];
  for (const image of images) {
    const digests = await Promise.all(image.layers.map((layer) => sha256OfFile(layer)));
    const config = imageConfig(image.config, digests, shop.architecture);
    const id = createHash('sha256').update(config).digest('hex');
    await writeFile(join(folder, `${id}.json`), config);
    await Promise.all(
      image.layers.map((layer, index) => linkOnce(layer, join(folder, `${digests[index] ?? ''}.tar`))),
    );
    manifest.push({
      Config: `${id}.json`,
      RepoTags: image.tags,
      Layers: digests.map((digest) => `${digest}.tar`),
    });
    ids.push(`sha256:${id}`);
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const owner = [
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--sort=name',
    '--mtime=@0',
    '--hard-dereference',
  ];
  await work(shop, {
    argv: ['tar', '--create', ...owner, '--file', file, '--directory', folder, '.'],
    what: `packing ${file}`,
    deadline: job.deadline,
  });
  await rm(folder, { recursive: true });
  return ids;
}

/** The text of an image configuration; its digest is the image's ID. */
function imageConfig(config: RunConfig, layerDigests: readonly string[], architecture: string): string {
  return JSON.stringify({
    architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: layerDigests.map((digest) => `sha256:${digest}`) },
    history: layerDigests.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'podproof' })),
  });
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function linkOnce(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to);
}
