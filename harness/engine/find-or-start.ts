import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import type { DebianPackages } from '../debian/packages.ts';
import { impossibleBecause, machineFacts, type MachineFacts } from './embedded/requirements.ts';
import { useEmbeddedEngine } from './embedded/use.ts';
import { defaultSocketOf, resolveEndpoint } from './endpoint.ts';
import { refuseRemote } from './endpoint-safety.ts';
import { askEngine } from './engine-info.ts';
import { findProgram } from './find-program.ts';
import type { Engine } from './types.ts';
import { engineError, userEngine } from './user-engine.ts';

export interface FindEngineOptions {
  /** The product's cache folder; the embedded engine lives in `<cacheDir>/engine`. */
  readonly cacheDir: string;
  readonly runner: CommandRunner;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
  /** Bounds everything, including the download of the embedded engine: give it minutes. */
  readonly deadline: Deadline;
  /** Where the log of the embedded daemon is copied to at its stop. */
  readonly runDir?: string;
  /** Accept an engine on another machine. @default false */
  readonly allowRemote?: boolean;
  /** @default the machine we run on */
  readonly machine?: MachineFacts;
  /** Path of the docker command, if there is one. @default looked for on PATH */
  readonly findDocker?: () => Promise<string | undefined>;
  /** Where an engine is that nobody named. @default the one of the docker command */
  readonly defaultSocket?: string;
  /** @default Debian packages from the machine's own mirror */
  readonly packages?: DebianPackages;
}

/**
 * The user's Docker engine if one answers, otherwise the embedded one (Linux, root, apt). An engine that the user
 * named with DOCKER_HOST, DOCKER_CONTEXT or a current context is never replaced.
 *
 * @throws EnvironmentError (exit 3) ENGINE_UNREACHABLE, ENGINE_DENIED, ENGINE_HANGS, ENGINE_STRANGE, NO_ENGINE and
 *   those of userEngine and the embedded engine; SafetyError REMOTE_ENGINE (exit 8); BusyError ENGINE_LOCKED (9)
 * @example
 * const engine = await findOrStartEngine({ cacheDir, runner: local(), processEnv: process.env, progress, deadline });
 * try { … } finally { await engine.release({ deadline: Deadline.in(60_000, 'the engine to stop') }); }
 */
export async function findOrStartEngine(options: FindEngineOptions): Promise<Engine> {
  const { runner, processEnv, deadline, progress } = options;
  const machine = options.machine ?? (await machineFacts(processEnv));
  const findDocker =
    options.findDocker ?? (() => findProgram('docker', processEnv['PATH'], machine.platform));
  const dockerCli = await findDocker();
  const resolved = await resolveEndpoint({
    processEnv,
    runner,
    dockerCli,
    defaultSocket: options.defaultSocket ?? defaultSocketOf(machine.platform),
    deadline,
  });
  refuseRemote(resolved.endpoint, resolved.source, options.allowRemote === true);
  const answer = await askEngine({ endpoint: resolved.endpoint, env: resolved.tls }, deadline);
  if (answer.kind === 'answers') {
    const engine = await userEngine({ resolved, info: answer.info, dockerCli, runner, deadline });
    progress.step('engine').done(`Docker ${engine.version} (${engine.source})`);
    return engine;
  }
  // A default socket that refuses or hangs belongs to an engine that is there: starting a second one beside it would
  // only hide the fault.
  if (resolved.named || answer.kind !== 'absent') throw engineError(resolved, answer);
  const obstacle = impossibleBecause(machine);
  if (obstacle !== undefined) throw noEngine(resolved.endpoint, answer.why, obstacle);
  return useEmbeddedEngine(options);
}

function noEngine(
  endpoint: string,
  why: string,
  obstacle: { reason: string; fix: string },
): EnvironmentError {
  return new EnvironmentError(
    'NO_ENGINE',
    `No Docker engine answers at ${endpoint} (${why}), and podproof cannot start one of its own: ${obstacle.reason}.`,
    { hint: `Install and start Docker. Or: ${obstacle.fix}`, context: { endpoint } },
  );
}
