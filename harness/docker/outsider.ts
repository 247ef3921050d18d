import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { ensureHelper, startHelper, type HelperKind, type HelperOptions } from './helper-container.ts';

export interface Outsider {
  readonly name: string;
  readonly runner: CommandRunner;
  /** Removes the container; fine when it is gone already. */
  stop(deadline: Deadline): Promise<void>;
}

const OUTSIDER: HelperKind = {
  nameIn: outsiderName,
  title: 'The container outside the nodes',
  failure: 'OUTSIDER_FAILED',
  configure: (container) =>
    // Long enough for every run; busybox knows no "infinity" in older versions.
    container.withEntrypoint(['sleep', '2147483647']).withCommand([]),
};

/**
 * Starts a container of ours on the nodes' network but outside every node: somebody else on the same network. Its
 * image must have busybox and curl. An earlier one of the same cluster is replaced.
 *
 * @throws InfrastructureError OUTSIDER_FAILED, ENGINE_MISMATCH
 * @example const { runner } = await startOutsider(…); await runner.run(['curl', '-sS', url], { deadline })
 */
export async function startOutsider(options: HelperOptions): Promise<Outsider> {
  const { name } = await startHelper(OUTSIDER, options);
  return {
    name,
    runner: runnerIn(name, options),
    stop: (within) => options.docker.containers.remove(name, within),
  };
}

/** Like {@link startOutsider}, but one that runs already is as good as a new one. */
export async function ensureOutsider(options: HelperOptions): Promise<CommandRunner> {
  return runnerIn((await ensureHelper(OUTSIDER, options)).name, options);
}

export function outsiderName(cluster: string): string {
  return `${cluster}-outsider`;
}

function runnerIn(name: string, { docker }: HelperOptions): CommandRunner {
  return docker.runner(name, 'cluster network');
}
