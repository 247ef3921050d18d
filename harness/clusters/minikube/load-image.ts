import { rm } from 'node:fs/promises';
import { describeResult } from '../../core/command.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { stateFolder } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import type { ImageLoad } from '../lifecycle/node-maker.ts';
import { MINIKUBE } from './ask.ts';
import { environmentOf } from './minikube-environment.ts';

/**
 * Brings an image of the engine into every node, through an archive. minikube may answer 0 although a node did not
 * take it: who calls looks into the nodes afterwards.
 *
 * @throws InfrastructureError IMAGE_NOT_LOADED
 */
export async function loadImage(
  { image, cluster, archive, deadline }: ImageLoad,
  deps: Pick<ProviderDeps, 'shell' | 'engine' | 'environment' | 'cacheDir'>,
): Promise<void> {
  const env = environmentOf(stateFolder(deps.cacheDir, cluster), deps);
  const save = [deps.engine.dockerCli, 'image', 'save', '--output', archive, image] as const;
  const load = [MINIKUBE, '--profile', cluster, 'image', 'load', archive] as const;
  try {
    for (const argv of [save, load]) {
      const result = await deps.shell.run(argv, { deadline, env });
      if (result.kind === 'exited' && result.exitCode === 0) continue;
      deadline.signal.throwIfAborted();
      throw new InfrastructureError(
        'IMAGE_NOT_LOADED',
        `${image} could not be brought into the nodes: ${argv[0]} ended with ${describeResult(result)}`,
        { hint: 'Check the disk space of the engine, then run again.' },
      );
    }
  } finally {
    await rm(archive, { force: true });
  }
}
