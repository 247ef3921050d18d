import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveImage, RunConfig } from './archive.ts';
import { installWithLibraries } from './shared-libraries.ts';
import type { Stage, StageJob } from './stage.ts';
import { install, link, MERGED_USR, openToAll, overlay, packLayer } from './tree.ts';
import { recipe, work, type Workshop } from './workshop.ts';

/** The name that manifests use. It never changes, so that they can be applied by hand to any of our clusters. */
export const WORKLOAD_IMAGE = 'localhost/podproof/workload:v1';

const WORKLOAD_CONFIG: RunConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  // Unlike `sleep infinity` it ends at once on SIGTERM, which saves the grace period of every pod.
  Cmd: ['idle'],
};

const LAYER = 'layer.tar';

/** The finished image as part of an archive. */
export function workloadImage(job: Pick<StageJob, 'folderOf'>): ArchiveImage {
  const layer = join(job.folderOf('workload'), LAYER);
  return { tags: [WORKLOAD_IMAGE], layers: [layer], config: WORKLOAD_CONFIG };
}

/** The image of the pods under test: busybox, curl, a small server; see {@link workloadImage}. */
export function workloadStage(shop: Workshop): Stage {
  return {
    name: 'workload',
    title: 'workload image',
    estimateMs: 5000,
    lane: 'network',
    needs: ['rootfs', 'pause', 'serve', 'push', 'session'],
    inputs: [import.meta.filename, recipe(shop, 'workload-image/rootfs')],
    settings: { architecture: shop.architecture },
    async build(job) {
      const tree = join(job.into, 'tree');
      const busybox = join(job.into, 'busybox');
      await shop.debian.unpack({
        suite: 'bookworm',
        packages: ['busybox-static'],
        into: busybox,
        deadline: job.deadline,
        progress: job.step,
      });
      await overlay(tree, recipe(shop, 'workload-image/rootfs'));
      await link(tree, MERGED_USR);
      await installWithLibraries(shop, job, {
        from: join(job.folderOf('rootfs'), 'tree'),
        into: tree,
        files: ['usr/bin/curl'],
      });
      await install(tree, 'usr/bin/idle', { file: join(job.folderOf('pause'), 'pause') });
      await install(tree, 'usr/bin/serve', { file: join(job.folderOf('serve'), 'serve') });
      await install(tree, 'usr/bin/push', { file: join(job.folderOf('push'), 'push') });
      await install(tree, 'usr/bin/session', { file: join(job.folderOf('session'), 'session') });
      await installBusybox(shop, job, { busybox: join(busybox, 'bin/busybox'), tree });
      await openToAll(tree);
      await mkdir(join(tree, 'root'), { mode: 0o700 });
      await mkdir(join(tree, 'tmp'));
      await chmod(join(tree, 'tmp'), 0o1777);
      await packLayer(shop, job, { tree, file: join(job.into, LAYER), owners: 'root' });
      await Promise.all([tree, busybox].map((path) => rm(path, { recursive: true })));
    },
  };
}

/** Every applet under its own name, except where a real program has that name already. */
async function installBusybox(
  shop: Workshop,
  job: StageJob,
  { busybox, tree }: { readonly busybox: string; readonly tree: string },
): Promise<void> {
  await install(tree, 'usr/bin/busybox', { file: busybox });
  const applets = await work(shop, {
    argv: [busybox, '--list'],
    what: 'the list of busybox applets',
    deadline: job.deadline,
  });
  const taken = new Set(await readdir(join(tree, 'usr/bin')));
  const free = applets.split('\n').filter((applet) => applet !== '' && !taken.has(applet));
  await link(tree, Object.fromEntries(free.map((applet) => [`usr/bin/${applet}`, 'busybox'])));
  await link(tree, { 'usr/sbin/nologin': '../bin/false' });
}
