import { describeResult, type CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';

/** How the engine is reached: the docker command and its environment (DOCKER_HOST and the like). */
export interface EngineCli {
  readonly argv0: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  readonly runner: CommandRunner;
  readonly engine: EngineCli;
  readonly deadline: Deadline;
  readonly progress: Progress;
  readonly images: {
    readonly file: string;
    readonly node: string;
    readonly workload: string;
    readonly workloadId: string;
    readonly registry: string;
    readonly registryId: string;
  };
}

/** Measured on the two-core machine. */
const LOAD_ESTIMATE_MS = 8000;

/**
 * Loads the archive unless the engine has all images. The name of the node image holds the key of its content; the
 * others' do not, so there the ID has to be the same. Another checkout may have given the name to an image of its own:
 * then ours gets it back, without being loaded again. (Engines with containerd's image store count IDs differently:
 * they load again, which changes nothing.)
 *
 * @throws InfrastructureError IMAGE_LOAD_FAILED
 */
export async function loadImages(options: LoadOptions): Promise<void> {
  const { runner, engine, deadline, images } = options;
  if (await hasAll(options)) return;
  const step = options.progress.step('node image: into the engine', LOAD_ESTIMATE_MS);
  const result = await runner.run([engine.argv0, 'load', '--quiet', '--input', images.file], {
    deadline,
    env: engine.env,
  });
  if (result.kind === 'exited' && result.exitCode === 0) {
    step.done(images.node);
    return;
  }
  step.fail(describeResult(result));
  if (deadline.expired) throw deadline.error(describeResult(result));
  deadline.signal.throwIfAborted();
  throw new InfrastructureError(
    'IMAGE_LOAD_FAILED',
    `The engine did not take the node image: ${describeResult(result)}`,
    { hint: 'Check the free space of the engine (`docker system df`).', context: { file: images.file } },
  );
}

async function hasAll({ runner, engine, deadline, images }: LoadOptions): Promise<boolean> {
  /** What it printed; undefined when it failed. */
  const image = async (...words: readonly string[]): Promise<string | undefined> => {
    const result = await runner.run([engine.argv0, 'image', ...words], { deadline, env: engine.env });
    return result.kind === 'exited' && result.exitCode === 0 ? result.stdout.trim() : undefined;
  };
  const idOf = (tag: string): Promise<string | undefined> => image('inspect', '--format', '{{.Id}}', tag);
  const isNamed = async (tag: string, id: string): Promise<boolean> =>
    (await idOf(tag)) === id || (await image('tag', id, tag)) !== undefined;
  if ((await idOf(images.node)) === undefined) return false;
  const { workload, workloadId, registry, registryId } = images;
  return (await isNamed(workload, workloadId)) && (await isNamed(registry, registryId));
}
