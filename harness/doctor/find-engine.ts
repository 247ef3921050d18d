import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { HarnessError } from '../core/errors.ts';
import { connectDocker } from '../docker/connect.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { runningEmbeddedEngine } from '../engine/embedded/running.ts';
import { lookForEngine, type EngineLook, type LookOptions } from '../engine/look-for-engine.ts';
import { userEngine } from '../engine/user-engine.ts';
import type { AnsweringEngine, EngineState } from './patient.ts';

export interface EngineSearch extends LookOptions {
  readonly cacheDir: string;
  /** Told of each connection that was opened, to close it at the end. */
  readonly onOpen: (docker: DockerEngine) => void;
}

/**
 * The engine as a run would find it: the user's, else an embedded one that still runs. Starts nothing and writes
 * nothing.
 *
 * @throws TimeoutError, or the reason of an abort
 */
export async function findEngine(search: EngineSearch): Promise<EngineState> {
  try {
    const look = await lookForEngine(search);
    if (look.kind === 'answers') return await usersEngine(look, search);
    const { cacheDir, runner, processEnv, deadline } = search;
    const running = await runningEmbeddedEngine({ cacheDir, runner, processEnv, deadline });
    if (running === undefined) return look;
    return await answering({ whose: 'embedded', source: 'embedded', ...running }, search);
  } catch (error) {
    if (!(error instanceof HarnessError) || search.deadline.signal.aborted) throw error;
    return { kind: 'unusable', error };
  }
}

async function usersEngine(
  look: EngineLook & { kind: 'answers' },
  search: EngineSearch,
): Promise<EngineState> {
  const { resolved, dockerCli = 'docker' } = look;
  const problem = await problemOf(look, search);
  const { endpoint, source, tls } = resolved;
  const env = { DOCKER_HOST: endpoint, DOCKER_CONTEXT: '', ...tls };
  return answering({ whose: 'user', source, endpoint, dockerCli, env, problem }, search);
}

/** What a run would end with although the engine answers. */
async function problemOf(
  look: EngineLook & { kind: 'answers' },
  { runner, deadline }: { readonly runner: CommandRunner; readonly deadline: Deadline },
): Promise<HarnessError | undefined> {
  try {
    await userEngine({ ...look, runner, deadline });
    return undefined;
  } catch (error) {
    if (error instanceof HarnessError && !deadline.signal.aborted) return error;
    throw error;
  }
}

type Found = Omit<AnsweringEngine, 'docker' | 'daemon'>;

async function answering(found: Found, { deadline, onOpen }: EngineSearch): Promise<EngineState> {
  const docker = await connectDocker(found);
  onOpen(docker);
  return { kind: 'answers', ...found, docker, daemon: await docker.describe(deadline) };
}
