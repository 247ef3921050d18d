import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';
import { impossibleBecause, machineFacts, type MachineFacts } from './embedded/requirements.ts';
import { defaultSocketOf, resolveEndpoint, type ResolvedEndpoint } from './endpoint.ts';
import { refuseRemote } from './endpoint-safety.ts';
import { askEngine } from './engine-info.ts';
import { findProgram } from './find-program.ts';
import type { EngineInfo } from './types.ts';
import { engineError } from './user-engine.ts';

export interface LookOptions {
  readonly runner: CommandRunner;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly deadline: Deadline;
  /** Accept an engine on another machine. @default false */
  readonly allowRemote?: boolean;
  /** @default the machine we run on */
  readonly machine?: MachineFacts;
  /** Path of the docker command, if there is one. @default looked for on PATH */
  readonly findDocker?: () => Promise<string | undefined>;
  /** Where an engine is that nobody named. @default the one of the docker command */
  readonly defaultSocket?: string;
  /** How long an engine may take to answer. @default 10000 */
  readonly patienceMs?: number;
}

/** What there is: an engine of the user's, or none and nothing that speaks against starting our own. */
export type EngineLook =
  | {
      readonly kind: 'answers';
      readonly resolved: ResolvedEndpoint;
      readonly info: EngineInfo;
      readonly dockerCli: string | undefined;
    }
  | { readonly kind: 'startable'; readonly endpoint: string; readonly why: string };

/**
 * Looks for the user's engine without changing anything. An engine that was named with DOCKER_HOST, DOCKER_CONTEXT or
 * a current context, and one behind the default socket that refuses or hangs, is an error and no reason to start
 * another: a second one beside it would only hide the fault.
 *
 * @throws EnvironmentError (exit 3) ENGINE_UNREACHABLE, ENGINE_DENIED, ENGINE_HANGS, ENGINE_STRANGE, NO_ENGINE,
 *   DOCKER_CONTEXT_UNREADABLE, ENGINE_OVER_SSH; SafetyError REMOTE_ENGINE (exit 8)
 */
export async function lookForEngine(options: LookOptions): Promise<EngineLook> {
  const { runner, processEnv, deadline, patienceMs } = options;
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
  const answer = await askEngine({ endpoint: resolved.endpoint, env: resolved.tls }, deadline, patienceMs);
  if (answer.kind === 'answers') return { kind: 'answers', resolved, info: answer.info, dockerCli };
  if (resolved.named || answer.kind !== 'absent') throw engineError(resolved, answer);
  const obstacle = impossibleBecause(machine);
  if (obstacle !== undefined) throw noEngine(resolved.endpoint, answer.why, obstacle);
  return { kind: 'startable', endpoint: resolved.endpoint, why: answer.why };
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
