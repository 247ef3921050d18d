import { rm } from 'node:fs/promises';
import { describeResult, type CommandResult } from '../../core/command.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { ProviderDeps } from '../deps.ts';
import type { ImageLoad } from '../lifecycle/node-maker.ts';
import { nodeNames } from './labels.ts';

/** On the disk of the node: what Docker copies to a folder in memory is not seen inside. */
const INSIDE = '/podproof-image.tar';

/**
 * Brings an image of the engine into the node, through an archive that its containerd imports.
 *
 * @throws InfrastructureError IMAGE_NOT_LOADED
 */
export async function loadImage(
  { image, cluster, archive, deadline }: ImageLoad,
  { docker, engine, shell }: Pick<ProviderDeps, 'docker' | 'engine' | 'shell'>,
): Promise<void> {
  const [name] = nodeNames(cluster);
  const node = docker.runner(name, `node ${name}`);
  const cli = (...args: string[]): Promise<CommandResult> =>
    shell.run([engine.dockerCli, ...args], {
      deadline,
      env: { ...engine.env, DOCKER_HOST: engine.endpoint },
    });
  const steps = [
    () => cli('image', 'save', '--output', archive, image),
    () => cli('cp', '--quiet', archive, `${name}:${INSIDE}`),
    () => node.run(['ctr', '-n', 'k8s.io', 'images', 'import', INSIDE], { deadline }),
  ];
  try {
    for (const step of steps) {
      const result = await step();
      if (result.kind === 'exited' && result.exitCode === 0) continue;
      deadline.signal.throwIfAborted();
      throw new InfrastructureError(
        'IMAGE_NOT_LOADED',
        `${image} could not be brought into ${name}: ${describeResult(result)}`,
        { hint: 'Check the disk space of the engine, then run again.' },
      );
    }
  } finally {
    await rm(archive, { force: true });
    await node.run(['rm', '-f', INSIDE], { deadline });
  }
}
