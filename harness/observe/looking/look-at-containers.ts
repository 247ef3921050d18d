import type { CommandRunner } from '../../core/command.ts';
import { CannotTell } from '../../core/under-test.ts';
import { processFacts, type ContainerFacts } from './container-facts.ts';
import { processesOfPod } from './main-processes.ts';

/**
 * Looks at running containers of a pod from the node. Those whose process ended meanwhile are not in the answer.
 *
 * @param uid of the pod
 */
export async function lookAtContainers(
  node: CommandRunner,
  uid: string,
  containers: readonly { readonly name: string; readonly id: string | undefined }[],
): Promise<ReadonlyMap<string, ContainerFacts>> {
  const containerIds = containers.flatMap(({ id }) => id ?? []);
  const facts = new Map<string, ContainerFacts>();
  try {
    const processes = await processesOfPod(node, { uid, containerIds });
    await Promise.all(
      containers.map(async ({ name, id }) => {
        const pid = id === undefined ? undefined : processes.containers.get(id);
        const seen = pid === undefined ? undefined : await whileItLives(processFacts(node, pid));
        if (seen !== undefined) facts.set(name, seen);
      }),
    );
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
  }
  return facts;
}

async function whileItLives(facts: Promise<ContainerFacts>): Promise<ContainerFacts | undefined> {
  try {
    return await facts;
  } catch (error) {
    if (error instanceof CannotTell) return undefined;
    throw error;
  }
}
