import { join } from 'node:path';
import { describeResult, type CommandResult } from '../core/command.ts';
import { EnvironmentError, describeError } from '../core/errors.ts';
import type { EngineCli } from './load-images.ts';
import { ensureNodeImage, type BuildOptions } from './node-image.ts';
import { hashPaths } from './stage-keys.ts';
import { WORKLOAD_IMAGE } from './workload-stage.ts';

/** Carries the hash of the recipe, so that a changed recipe is noticed. */
const RECIPE_LABEL = 'podproof.recipe';

/** Two base images have to be downloaded. */
const BUILD_ESTIMATE_MS = 90_000;

/**
 * Makes sure that the engine has the workload image alone, for clusters whose node image is not ours. The engine
 * builds it where it reaches an image registry, which works on every system; elsewhere it comes with our node image.
 *
 * @returns localhost/podproof/workload:v1
 * @throws EnvironmentError WORKLOAD_IMAGE_UNAVAILABLE when neither works, with both reasons
 */
export async function ensureWorkloadImage(
  options: BuildOptions & { readonly engine: EngineCli },
): Promise<string> {
  const { runner, engine, deadline, progress, recipeDir } = options;
  const parts = ['workload-image', 'node-image/pause'].map((name) => join(recipeDir, name));
  const recipe = await hashPaths(parts);
  const docker = (...args: readonly string[]): Promise<CommandResult> =>
    runner.run([engine.argv0, ...args], { deadline, env: { DOCKER_CLI_HINTS: 'false', ...engine.env } });
  const format = `{{index .Config.Labels "${RECIPE_LABEL}"}}`;
  const present = await docker('image', 'inspect', '--format', format, WORKLOAD_IMAGE);
  if (succeeded(present) && present.stdout.trim() === recipe) return WORKLOAD_IMAGE;
  const step = progress.step('workload image', BUILD_ESTIMATE_MS);
  const file = join(recipeDir, 'workload-image', 'Dockerfile');
  const names = ['--tag', WORKLOAD_IMAGE, '--label', `${RECIPE_LABEL}=${recipe}`];
  const built = await docker('build', '--quiet', ...names, '--file', file, recipeDir);
  if (succeeded(built)) {
    step.done('built by the engine');
    return WORKLOAD_IMAGE;
  }
  step.fail('the engine cannot build it');
  deadline.signal.throwIfAborted();
  try {
    return (await ensureNodeImage(options)).workload;
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw new EnvironmentError(
      'WORKLOAD_IMAGE_UNAVAILABLE',
      `Could not make the image of the pods. The engine: ${describeResult(built)}. From packages: ${describeError(error)}`,
      { hint: 'Give the engine access to an image registry, or run as root on Debian.', cause: error },
    );
  }
}

function succeeded(result: CommandResult): result is CommandResult & { kind: 'exited' } {
  return result.kind === 'exited' && result.exitCode === 0;
}
