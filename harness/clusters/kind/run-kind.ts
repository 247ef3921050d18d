import { InfrastructureError } from '../../core/errors.ts';
import { Deadline } from '../../core/deadline.ts';
import { describeResult, type CommandResult } from '../../core/command.ts';
import type { ProgressStep } from '../../core/progress.ts';
import type { ProviderDeps } from '../deps.ts';
import type { StateFolder } from '../cluster-record.ts';
import type { KindBinary } from './binary.ts';
import { kindEnvironment } from './kind-environment.ts';
import { decisiveLines, hintFor, stepOf } from './kind-output.ts';
import { lastWords } from '../nodes/last-words.ts';
import { withFaultWatch } from '../nodes/watch-faults.ts';
import { kindNodes } from './kind-nodes.ts';

export interface KindCreate {
  readonly kind: KindBinary;
  readonly name: string;
  readonly image: string;
  readonly folder: StateFolder;
  readonly configFile: string;
  readonly deadline: Deadline;
  readonly step: ProgressStep;
}

/** Explaining a failure must not take long itself. */
const EXPLAIN_MS = 5000;

type RunDeps = Pick<ProviderDeps, 'shell' | 'engine' | 'environment' | 'docker' | 'clock'>;

/**
 * Runs `kind create cluster` with a name, a kubeconfig and a configuration of our own. kind does not wait for nodes
 * here: its `--wait` covers control planes only, and we look at all of them ourselves. With `--retain` kind leaves
 * the nodes there when it fails, so that the last words of a node that stopped can be told; our caller removes them.
 *
 * @throws InfrastructureError KIND_FAILED with the decisive lines of kind's output; TimeoutError; the reason of an
 *   abort
 */
export async function runKindCreate(create: KindCreate, deps: RunDeps): Promise<void> {
  const { kind, name, image, deadline, step } = create;
  const list = (within: Deadline): ReturnType<typeof kindNodes> => kindNodes(name, within, deps);
  const progress = { doing: 'starting' };
  const { result, fault } = await withFaultWatch(
    { nodes: list, docker: deps.docker, clock: deps.clock },
    (hopeless) =>
      deps.shell.run(argvOf(create), {
        deadline: Deadline.in(
          deadline.remainingMs,
          deadline.what,
          AbortSignal.any([deadline.signal, hopeless]),
        ),
        env: kindEnvironment(deps),
        onLine: (line) => {
          const started = stepOf(line);
          if (started === undefined) return;
          progress.doing = started;
          step.update(started);
        },
      }),
  );
  if (result.kind === 'exited' && result.exitCode === 0) return;
  if (deadline.signal.aborted && !deadline.expired) deadline.signal.throwIfAborted();
  const words =
    fault ?? (await lastWords(list, Deadline.in(EXPLAIN_MS, 'the words of the nodes'), deps.docker));
  const where = `kind was ${progress.doing}`;
  if (deadline.expired) throw deadline.error([where, words].filter((text) => text !== '').join('\n'));
  const { story, hint } = fault === undefined ? whyEnded(result, where) : { story: where };
  throw new InfrastructureError(
    'KIND_FAILED',
    `kind could not create the cluster from ${image}:\n${[story, words].filter((text) => text !== '').join('\n')}`,
    { hint: hint ?? hintFor(`${words}\n${result.stderr}`), context: { kind: kind.version, image } },
  );
}

/** One that was killed had no time to say so; what it wrote before looks as if all were well. */
function whyEnded(result: CommandResult, where: string): { readonly story: string; readonly hint?: string } {
  if (result.kind !== 'signalled') return { story: decisiveLines(result.stderr) || describeResult(result) };
  return {
    story: `${where} when ${result.signal} ended it`,
    hint: 'A person or the kernel did that (out of memory: see `dmesg`); what it had made is removed. Run again.',
  };
}

function argvOf({ kind, name, image, folder, configFile }: KindCreate): [string, ...string[]] {
  return [
    kind.path,
    ...['create', 'cluster', '--name', name, '--kubeconfig', folder.kubeconfig],
    ...['--image', image, '--config', configFile, '--retain', '--wait', '0s'],
  ];
}
