import { join } from 'node:path';
import { describeResult, type CommandResult } from '../core/command.ts';
import { EnvironmentError, describeError } from '../core/errors.ts';
import type { EngineCli } from './load-images.ts';
import { ensureNodeImage, type BuildOptions } from './node-image.ts';
import { REGISTRY_IMAGE } from './registry-image.ts';
import { hashPaths } from './stage-keys.ts';
import { WORKLOAD_IMAGE } from './workload-stage.ts';

/** An image that an engine makes from a Dockerfile of the recipe, where it reaches an image registry. */
interface EngineImage {
  readonly tag: string;
  /** For people. */
  readonly title: string;
  /** Folder of its Dockerfile below the recipe folder. */
  readonly folder: string;
  /** Everything that decides the content. */
  readonly parts: readonly string[];
  readonly estimateMs: number;
  /** Code of the error when nobody can make it. */
  readonly failure: string;
}

const WORKLOAD: EngineImage = {
  tag: WORKLOAD_IMAGE,
  title: 'workload image',
  folder: 'workload-image',
  parts: ['workload-image', 'node-image/pause'],
  // Two base images have to be downloaded.
  estimateMs: 90_000,
  failure: 'WORKLOAD_IMAGE_UNAVAILABLE',
};

const REGISTRY: EngineImage = {
  tag: REGISTRY_IMAGE,
  title: 'registry image',
  folder: 'registry-image',
  parts: ['registry-image'],
  estimateMs: 60_000,
  failure: 'REGISTRY_IMAGE_UNAVAILABLE',
};

/** Carries the hash of the recipe, so that a changed recipe is noticed. */
const RECIPE_LABEL = 'podproof.recipe';

type EngineImageOptions = BuildOptions & { readonly engine: EngineCli };

/**
 * Makes sure that the engine has the workload image alone, for clusters whose node image is not ours. The engine
 * builds it where it reaches an image registry, which works on every system; elsewhere it comes with our node image.
 *
 * @returns localhost/podproof/workload:v1
 * @throws EnvironmentError WORKLOAD_IMAGE_UNAVAILABLE when neither works, with both reasons
 */
export async function ensureWorkloadImage(options: EngineImageOptions): Promise<string> {
  await ensure(WORKLOAD, options);
  return WORKLOAD.tag;
}

/**
 * The same for the image of the registry: built from source on both ways, so that a run with any node image talks to
 * the same registry.
 *
 * @throws EnvironmentError REGISTRY_IMAGE_UNAVAILABLE when neither works, with both reasons
 */
export async function ensureRegistryImage(options: EngineImageOptions): Promise<void> {
  await ensure(REGISTRY, options);
}

async function ensure(image: EngineImage, options: EngineImageOptions): Promise<void> {
  const { runner, engine, deadline, progress, recipeDir } = options;
  const { tag, title, folder, parts, estimateMs, failure } = image;
  const recipe = await hashPaths(parts.map((name) => join(recipeDir, name)));
  const docker = (...args: readonly string[]): Promise<CommandResult> =>
    runner.run([engine.argv0, ...args], { deadline, env: { DOCKER_CLI_HINTS: 'false', ...engine.env } });
  const format = `{{index .Config.Labels "${RECIPE_LABEL}"}}`;
  const present = await docker('image', 'inspect', '--format', format, tag);
  if (succeeded(present) && present.stdout.trim() === recipe) return;
  // Another checkout may have given the name to an image of its own; ours is then still there, without one.
  const label = `label=${RECIPE_LABEL}=${recipe}`;
  const listed = await docker('image', 'ls', '--quiet', '--no-trunc', '--filter', label);
  const [id = ''] = succeeded(listed) ? listed.stdout.split('\n') : [];
  if (id !== '' && succeeded(await docker('image', 'tag', id, tag))) return;
  const step = progress.step(title, estimateMs);
  const names = ['--tag', tag, '--label', `${RECIPE_LABEL}=${recipe}`];
  const file = join(recipeDir, folder, 'Dockerfile');
  const built = await docker('build', '--quiet', ...names, '--file', file, recipeDir);
  if (succeeded(built)) {
    step.done('built by the engine');
    return;
  }
  step.fail('the engine cannot build it');
  deadline.signal.throwIfAborted();
  try {
    await ensureNodeImage(options);
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw new EnvironmentError(
      failure,
      `Could not make the ${title}. The engine: ${describeResult(built)}. From packages: ${describeError(error)}`,
      { hint: 'Give the engine access to an image registry, or run as root on Debian.', cause: error },
    );
  }
}

function succeeded(result: CommandResult): result is CommandResult & { kind: 'exited' } {
  return result.kind === 'exited' && result.exitCode === 0;
}
