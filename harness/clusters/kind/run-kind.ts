import { describeError, InfrastructureError } from '../../core/errors.ts';
import type { Deadline } from '../../core/deadline.ts';
import { describeResult } from '../../core/command.ts';
import type { ProgressStep } from '../../core/progress.ts';
import type { ProviderDeps } from '../deps.ts';
import type { StateFolder } from '../cluster-record.ts';
import type { KindBinary } from './binary.ts';
import { kindEnvironment } from './kind-environment.ts';
import { CLUSTER_LABEL } from './labels.ts';
import { decisiveLines, hintFor, stepOf } from './kind-output.ts';

export interface KindCreate {
  readonly kind: KindBinary;
  readonly name: string;
  readonly image: string;
  readonly folder: StateFolder;
  readonly configFile: string;
  readonly deadline: Deadline;
  readonly step: ProgressStep;
}

type RunDeps = Pick<ProviderDeps, 'shell' | 'engine' | 'environment' | 'docker'>;

/**
 * Runs `kind create cluster` with a name, a kubeconfig and a configuration of our own. kind does not wait for nodes
 * here: its `--wait` covers control planes only, and we look at all of them ourselves. With `--retain` kind leaves
 * the nodes there when it fails, so that the last words of a node that stopped can be told; our caller removes them.
 *
 * @throws InfrastructureError KIND_FAILED with the decisive lines of kind's output; TimeoutError; the reason of an
 *   abort
 */
export async function runKindCreate(create: KindCreate, deps: RunDeps): Promise<void> {
  const { kind, name, image, folder, configFile, deadline, step } = create;
  const result = await deps.shell.run(
    [
      kind.path,
      ...['create', 'cluster', '--name', name, '--kubeconfig', folder.kubeconfig],
      ...['--image', image, '--config', configFile, '--retain', '--wait', '0s'],
    ],
    {
      deadline,
      env: kindEnvironment(deps),
      onLine: (line) => {
        const doing = stepOf(line);
        if (doing !== undefined) step.update(doing);
      },
    },
  );
  if (result.kind === 'exited' && result.exitCode === 0) return;
  if (deadline.expired) throw deadline.error(decisiveLines(result.stderr));
  deadline.signal.throwIfAborted();
  const words = await lastWords(name, deadline, deps);
  const told = [decisiveLines(result.stderr) || describeResult(result), words].filter((text) => text !== '');
  throw new InfrastructureError(
    'KIND_FAILED',
    `kind could not create the cluster from ${image}:\n${told.join('\n')}`,
    {
      hint: hintFor(`${result.stderr}\n${words}`),
      context: { kind: kind.version, image },
    },
  );
}

/** What the nodes that do not run any more wrote last. Best effort: it only explains another failure. */
async function lastWords(name: string, deadline: Deadline, { docker }: RunDeps): Promise<string> {
  try {
    const nodes = await docker.containers.list({ [CLUSTER_LABEL]: name }, deadline);
    const stopped = nodes.filter(({ state }) => state !== 'running');
    const words = stopped.map(async (node) => {
      const log = await docker.containers.logTail(node.id, 8, deadline);
      return `${node.name} (${node.state}) wrote last:\n${log.trim()}`;
    });
    return (await Promise.all(words)).join('\n');
  } catch (error) {
    return `(the nodes could not be asked: ${describeError(error)})`;
  }
}
