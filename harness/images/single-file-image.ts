import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveImage } from './archive.ts';
import type { StageJob } from './stage.ts';
import { install, openToAll, packLayer } from './tree.ts';
import type { Workshop } from './workshop.ts';

/**
 * An image that consists of one static program, called what its entrypoint says. Its layer is in the stage's
 * folder, to be removed when the archive is written.
 */
export async function singleFileImage(
  shop: Workshop,
  job: Pick<StageJob, 'into' | 'deadline'>,
  { tags, file, config }: Pick<ArchiveImage, 'tags' | 'config'> & { readonly file: string },
): Promise<ArchiveImage> {
  const name = config.Entrypoint?.[0]?.slice(1) ?? '';
  const tree = join(job.into, `${name}-tree`);
  await install(tree, name, { file });
  await openToAll(tree);
  const layer = join(job.into, `${name}.tar`);
  await packLayer(shop, job, { tree, file: layer, owners: 'root' });
  await rm(tree, { recursive: true });
  return { tags, layers: [layer], config };
}
