import { rm } from 'node:fs/promises';
import { describeResult } from '../../core/command.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { ProviderDeps } from '../deps.ts';
import type { ImageLoad } from '../lifecycle/node-maker.ts';
import type { KindBinary } from './binary.ts';
import { kindEnvironment } from './kind-environment.ts';

/**
 * Brings an image of the engine into every node. Through an archive: `kind load docker-image` fails with the
 * containerd image store that is Docker 29's default (kubernetes-sigs/kind#3795).
 *
 * @throws InfrastructureError IMAGE_NOT_LOADED
 */
export async function loadImage(
  { image, cluster, archive, deadline }: ImageLoad,
  kind: KindBinary,
  deps: Pick<ProviderDeps, 'shell' | 'engine' | 'environment'>,
): Promise<void> {
  const env = kindEnvironment(deps);
  const save = [deps.engine.dockerCli, 'image', 'save', '--output', archive, image] as const;
  const load = [kind.path, 'load', 'image-archive', archive, '--name', cluster] as const;
  try {
    for (const argv of [save, load]) {
      const result = await deps.shell.run(argv, { deadline, env });
      if (result.kind === 'exited' && result.exitCode === 0) continue;
      deadline.signal.throwIfAborted();
      throw new InfrastructureError(
        'IMAGE_NOT_LOADED',
        `${image} could not be brought into the nodes: ${argv[1]} ended with ${describeResult(result)}`,
        { hint: 'Check the disk space of the engine, then run again.' },
      );
    }
  } finally {
    await rm(archive, { force: true });
  }
}
