import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import type { ProviderDeps } from '../deps.ts';

/** From PATH and from nowhere else: podproof neither downloads nor builds it. */
export const MINIKUBE = 'minikube';

export interface MinikubeSearch extends Pick<ProviderDeps, 'shell'> {
  readonly deadline: Deadline;
}

/** It answers at once; the time is for a machine that is busy. */
const ASK_MS = 20_000;

/**
 * Asks minikube something that is about no cluster. Whatever it is asked, it makes folders at home, so it gets one
 * that is removed again.
 */
export async function askMinikube(
  args: readonly string[],
  { shell, deadline }: MinikubeSearch,
): Promise<CommandResult> {
  const home = await mkdtemp(join(tmpdir(), 'podproof-minikube-'));
  try {
    const answer = await shell.run([MINIKUBE, ...args], {
      deadline: Deadline.in(ASK_MS, `minikube ${args.join(' ')}`, deadline.signal),
      env: { MINIKUBE_HOME: home, KUBECONFIG: join(home, 'kubeconfig') },
    });
    deadline.signal.throwIfAborted();
    return answer;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
