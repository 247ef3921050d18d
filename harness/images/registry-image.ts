import { join } from 'node:path';
import type { ArchiveImage } from './archive.ts';
import { singleFileImage } from './single-file-image.ts';
import type { StageJob } from './stage.ts';
import type { Workshop } from './workshop.ts';

/** The name of the image registry that runs beside the nodes of a cluster. */
export const REGISTRY_IMAGE = 'localhost/podproof/registry:v1';

/** The image as part of an archive; the stage needs `registry`. */
export async function registryImage(shop: Workshop, job: StageJob): Promise<ArchiveImage> {
  return singleFileImage(shop, job, {
    tags: [REGISTRY_IMAGE],
    file: join(job.folderOf('registry'), 'registry'),
    config: { Entrypoint: ['/registry'], User: '65535:65535' },
  });
}
