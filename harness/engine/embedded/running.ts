import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { EngineInfo } from '../types.ts';
import { embeddedEnv } from './env.ts';
import { availablePackages } from './packages.ts';
import { healthyDaemon } from './start.ts';
import { openEngine } from './use.ts';

/** An embedded engine that runs, and how to talk to it. */
export interface RunningEngine {
  readonly endpoint: string;
  readonly dockerCli: string;
  readonly env: Readonly<Record<string, string>>;
  readonly info: EngineInfo;
}

/**
 * The embedded engine of a cache folder if it runs already. Looks only: the caller becomes none of its users, so the
 * engine may stop under it.
 */
export async function runningEmbeddedEngine(options: {
  readonly cacheDir: string;
  readonly runner: CommandRunner;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly deadline: Deadline;
}): Promise<RunningEngine | undefined> {
  const { cacheDir, processEnv, deadline } = options;
  // Opening makes the folder, and who only looks makes none.
  const exists = await access(join(cacheDir, 'engine')).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const opened = await openEngine(options);
  const packages = await availablePackages(opened.layout.folder, process.arch);
  if (packages === undefined) return undefined;
  const context = { ...opened, packages, processEnv };
  const info = await healthyDaemon(context, deadline);
  return (
    info && {
      endpoint: `unix://${opened.layout.socket}`,
      dockerCli: packages.docker,
      env: embeddedEnv(context),
      info,
    }
  );
}
