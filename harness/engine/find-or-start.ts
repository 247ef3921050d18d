import type { Progress } from '../core/progress.ts';
import type { DebianPackages } from '../debian/packages.ts';
import { useEmbeddedEngine } from './embedded/use.ts';
import { lookForEngine, type LookOptions } from './look-for-engine.ts';
import type { Engine } from './types.ts';
import { userEngine } from './user-engine.ts';

/** `deadline` bounds everything, including the download of the embedded engine: give it minutes. */
export interface FindEngineOptions extends LookOptions {
  /** The product's cache folder; the embedded engine lives in `<cacheDir>/engine`. */
  readonly cacheDir: string;
  readonly progress: Progress;
  /** Where the log of the embedded daemon is copied to at its stop. */
  readonly runDir?: string;
  /** @default Debian packages from the machine's own mirror */
  readonly packages?: DebianPackages;
}

/**
 * The user's Docker engine if one answers, otherwise the embedded one (Linux, root, apt). An engine that the user
 * named with DOCKER_HOST, DOCKER_CONTEXT or a current context is never replaced.
 *
 * @throws those of lookForEngine, userEngine and the embedded engine; BusyError ENGINE_LOCKED (9)
 * @example
 * const engine = await findOrStartEngine({ cacheDir, runner: local(), processEnv: process.env, progress, deadline });
 * try { … } finally { await engine.release({ deadline: Deadline.in(60_000, 'the engine to stop') }); }
 */
export async function findOrStartEngine(options: FindEngineOptions): Promise<Engine> {
  const { runner, deadline, progress } = options;
  const look = await lookForEngine(options);
  if (look.kind === 'startable') return useEmbeddedEngine(options);
  const engine = await userEngine({ ...look, runner, deadline });
  progress.step('engine').done(`Docker ${engine.version} (${engine.source})`);
  return engine;
}
