import { describeResult, type CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';
import type { ResolvedEndpoint } from './endpoint.ts';
import { ANSWER_WITHIN_MS, parseInfo, type Answer } from './engine-info.ts';
import type { Engine, EngineInfo } from './types.ts';

export interface UserEngineParts {
  readonly resolved: ResolvedEndpoint;
  readonly info: EngineInfo;
  readonly dockerCli: string | undefined;
  readonly runner: CommandRunner;
  readonly deadline: Deadline;
}

/**
 * Wraps the engine that answered at the user's endpoint, after proving that the docker CLI (which kind calls)
 * reaches the same daemon.
 *
 * @throws EnvironmentError ENGINE_NOT_LINUX, DOCKER_CLI_MISSING, DOCKER_CLI_OTHER_ENGINE
 */
export async function userEngine(parts: UserEngineParts): Promise<Engine> {
  const { resolved, info, dockerCli } = parts;
  if (info.osType !== 'linux') throw notLinux(resolved, info.osType);
  if (dockerCli === undefined) throw cliMissing(resolved);
  const env = userEngineEnv(resolved);
  await proveSameDaemon({ ...parts, dockerCli, env });
  return {
    kind: 'user',
    endpoint: resolved.endpoint,
    dockerCli,
    env,
    version: info.version,
    cgroupVersion: info.cgroupVersion,
    daemonId: info.id,
    dataRoot: info.dataRoot,
    source: resolved.source,
    logTail: () => Promise.resolve(''),
    release: () =>
      Promise.resolve({ outcome: 'untouched', restored: true, leftovers: [], sharedWithOthers: [] }),
  };
}

/** What every client of the user's engine gets. DOCKER_HOST outranks every context, in the CLI and in libraries. */
function userEngineEnv(resolved: ResolvedEndpoint): Readonly<Record<string, string>> {
  return {
    DOCKER_HOST: resolved.endpoint,
    DOCKER_CONTEXT: '',
    ...resolved.tls,
    KIND_EXPERIMENTAL_PROVIDER: 'docker',
    TESTCONTAINERS_RYUK_DISABLED: 'true',
  };
}

/** The error for a named endpoint, or for a default socket behind which something is wrong. */
export function engineError(
  resolved: ResolvedEndpoint,
  answer: Exclude<Answer, { kind: 'answers' }>,
): EnvironmentError {
  const where = `${resolved.endpoint} (${resolved.source})`;
  const context = { endpoint: resolved.endpoint, source: resolved.source };
  const chosen = 'An engine that you named is never replaced by another one.';
  switch (answer.kind) {
    case 'absent':
      return new EnvironmentError(
        'ENGINE_UNREACHABLE',
        `No Docker engine answers at ${where}: ${answer.why}`,
        {
          hint: `Start it, or unset ${resolved.source === 'DOCKER_HOST' ? 'DOCKER_HOST' : 'the context (`docker context use default`)'}. ${chosen}`,
          context,
        },
      );
    case 'denied':
      return new EnvironmentError(
        'ENGINE_DENIED',
        `Not allowed to talk to Docker at ${where}: ${answer.why}`,
        {
          hint: 'Add yourself to the group of the socket (`sudo usermod -aG docker $USER`, then log in again), or use rootless Docker.',
          context,
        },
      );
    case 'hangs':
      return new EnvironmentError(
        'ENGINE_HANGS',
        `Docker at ${where} accepts connections but gives ${answer.why}.`,
        {
          hint: 'Restart the engine (`sudo systemctl restart docker`, or restart Docker Desktop) and try again.',
          context,
        },
      );
    case 'strange':
      return new EnvironmentError(
        'ENGINE_STRANGE',
        `What answers at ${where} is not a usable Docker engine: ${answer.why}`,
        {
          hint: 'Check that the address is that of a Docker engine and that the engine is healthy (`docker info`).',
          context,
        },
      );
  }
}

async function proveSameDaemon(
  parts: UserEngineParts & { readonly dockerCli: string; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const { dockerCli, env, runner, deadline, info, resolved } = parts;
  const soon = Deadline.in(ANSWER_WITHIN_MS, 'the docker command', deadline.signal);
  const result = await runner.run([dockerCli, 'info', '--format', '{{json .}}'], { deadline: soon, env });
  deadline.signal.throwIfAborted();
  const seen = result.kind === 'exited' && result.exitCode === 0 ? parseInfo(result.stdout) : undefined;
  if (seen?.kind === 'answers' && seen.info.id === info.id) return;
  if (seen?.kind === 'answers') {
    throw new EnvironmentError(
      'DOCKER_CLI_OTHER_ENGINE',
      `Two Docker daemons: ${dockerCli} talks to ${seen.info.id}, but at ${resolved.endpoint} (${resolved.source}) answers ${info.id}.`,
      { hint: `Make both mean the same one: export DOCKER_HOST=${resolved.endpoint}` },
    );
  }
  const why = seen === undefined ? describeResult(result) : seen.why;
  throw new EnvironmentError(
    'DOCKER_CLI_BROKEN',
    `${dockerCli} cannot use the engine at ${resolved.endpoint}: ${why}`,
    {
      hint: 'Run `docker info` with that DOCKER_HOST; update or reinstall the docker command if it is older than the engine.',
    },
  );
}

function notLinux(resolved: ResolvedEndpoint, osType: string): EnvironmentError {
  return new EnvironmentError(
    'ENGINE_NOT_LINUX',
    `The Docker engine at ${resolved.endpoint} runs ${osType} containers; Kubernetes nodes need Linux.`,
    { hint: 'Switch Docker Desktop to Linux containers.' },
  );
}

function cliMissing(resolved: ResolvedEndpoint): EnvironmentError {
  return new EnvironmentError(
    'DOCKER_CLI_MISSING',
    `A Docker engine answers at ${resolved.endpoint}, but there is no docker command on PATH; kind needs it.`,
    { hint: 'Install the Docker CLI (Debian: docker-cli or docker.io) and try again.' },
  );
}
