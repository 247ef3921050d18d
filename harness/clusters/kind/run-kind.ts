import { InfrastructureError } from '../../core/errors.ts';
import type { Deadline } from '../../core/deadline.ts';
import { describeResult } from '../../core/command.ts';
import type { ProgressStep } from '../../core/progress.ts';
import type { ProviderDeps } from '../deps.ts';
import type { StateFolder } from '../cluster-record.ts';
import type { KindBinary } from './binary.ts';
import { kindEnvironment } from './kind-environment.ts';
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

/**
 * Runs `kind create cluster` with a name, a kubeconfig and a configuration of our own. kind does not wait for nodes
 * here: its `--wait` covers control planes only, and we look at all of them ourselves.
 *
 * @throws InfrastructureError KIND_FAILED with the decisive lines of kind's output; the reason of an abort
 */
export async function runKindCreate(
  create: KindCreate,
  deps: Pick<ProviderDeps, 'shell' | 'engine' | 'environment'>,
): Promise<void> {
  const { kind, name, image, folder, configFile, deadline, step } = create;
  const result = await deps.shell.run(
    [
      kind.path,
      ...['create', 'cluster', '--name', name, '--kubeconfig', folder.kubeconfig],
      ...['--image', image, '--config', configFile, '--retain=false', '--wait', '0s'],
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
  if (deadline.signal.aborted)
    await deadline.race(new Promise<never>(() => undefined), () => describeResult(result));
  throw new InfrastructureError(
    'KIND_FAILED',
    `kind could not create the cluster from ${image}:\n${decisiveLines(result.stderr) || describeResult(result)}`,
    { hint: hintFor(result.stderr), context: { kind: kind.version, image } },
  );
}
