import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describeResult, type CommandResult } from '../core/command.ts';
import { InfrastructureError } from '../core/errors.ts';
import type { EngineCli } from './load-images.ts';
import { ensureNodeImage, type BuildOptions, type BuiltImages } from './node-image.ts';
import { hashPaths } from './stage-keys.ts';

const REPOSITORY = 'podproof-k3s-like';
/** Below the recipe folder. */
const RECIPE = 'k3s-image';
/** A few small files on top of an image that is there. */
const ESTIMATE_MS = 3000;

/**
 * Makes sure that the engine has our node image with an entrypoint that starts every component as a plain process, as
 * k3s does: one small layer on top of the node image, built by the engine. It is not k3s.
 *
 * @returns the images; `node` is called like podproof-k3s-like:v1.37.2-3f2a91c0d5e7
 * @throws like `ensureNodeImage`; InfrastructureError IMAGE_BUILD_FAILED
 */
export async function ensureK3sLikeImage(
  options: BuildOptions & { readonly engine: EngineCli },
): Promise<BuiltImages> {
  const { runner, engine, deadline, progress, recipeDir } = options;
  const base = await ensureNodeImage(options);
  const folder = join(recipeDir, RECIPE);
  const node = `${REPOSITORY}:${base.kubernetesVersion}-${await keyOf(base.node, folder)}`;
  const docker = (...args: readonly string[]): Promise<CommandResult> =>
    runner.run([engine.argv0, ...args], { deadline, env: { DOCKER_CLI_HINTS: 'false', ...engine.env } });
  if (succeeded(await docker('image', 'inspect', node))) return { ...base, node };
  const step = progress.step('k3s-like image', ESTIMATE_MS);
  const built = await docker(
    'build',
    '--quiet',
    '--build-arg',
    `NODE_IMAGE=${base.node}`,
    '--tag',
    node,
    folder,
  );
  if (succeeded(built)) {
    step.done(node);
    return { ...base, node, cached: false };
  }
  step.fail('the engine cannot build it');
  deadline.signal.throwIfAborted();
  throw new InfrastructureError(
    'IMAGE_BUILD_FAILED',
    `The engine could not put the entrypoint on top of ${base.node}: ${describeResult(built)}`,
    { hint: `Try it by hand: docker build --build-arg NODE_IMAGE=${base.node} ${folder}` },
  );
}

/** The name of the node image holds the key of its content. */
async function keyOf(base: string, folder: string): Promise<string> {
  const recipe = await hashPaths([folder]);
  return createHash('sha256').update(`${base}\0${recipe}`).digest('hex').slice(0, 12);
}

function succeeded(result: CommandResult): boolean {
  return result.kind === 'exited' && result.exitCode === 0;
}
