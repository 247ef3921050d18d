import { describeResult, type CommandResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { Making } from '../lifecycle/node-maker.ts';
import { lastWords } from '../nodes/last-words.ts';
import { withFaultWatch } from '../nodes/watch-faults.ts';
import type { ProviderDeps } from '../deps.ts';
import { parseEvent } from './events.ts';
import { hintFor, storyOf } from './failure.ts';
import { environmentOf } from './minikube-environment.ts';
import { minikubeNodes } from './minikube-nodes.ts';
import type { MinikubePlan } from './plan.ts';
import { startArgv } from './start-argv.ts';

/** Explaining a failure must not take long itself. */
const EXPLAIN_MS = 5000;

type RunDeps = Pick<ProviderDeps, 'shell' | 'engine' | 'environment' | 'docker' | 'clock'>;

/**
 * Runs `minikube start` with a profile, a home and a kubeconfig of our own. Its exit code decides; events of the type
 * `error` are printed on the way to a good end, too. A start that failed leaves its nodes there, so that they can be
 * asked why; our caller removes them.
 *
 * @throws InfrastructureError MINIKUBE_FAILED with minikube's id of the error and its advice; TimeoutError; the reason
 *   of an abort
 */
export async function runMinikubeStart(making: Making<MinikubePlan>, deps: RunDeps): Promise<void> {
  const { name, plan, options } = making;
  const { deadline } = options;
  const list = (within: Deadline): ReturnType<typeof minikubeNodes> => minikubeNodes(name, within, deps);
  const progress = { doing: 'starting' };
  const { result, fault } = await withFaultWatch(
    { nodes: list, docker: deps.docker, clock: deps.clock },
    (hopeless) => start(making, { progress, hopeless }, deps),
  );
  if (result.kind === 'exited' && result.exitCode === 0) return;
  if (deadline.signal.aborted && !deadline.expired) deadline.signal.throwIfAborted();
  const words =
    fault ?? (await lastWords(list, Deadline.in(EXPLAIN_MS, 'the words of the nodes'), deps.docker));
  const where = `minikube was ${progress.doing}`;
  if (deadline.expired) throw deadline.error([where, words].filter((text) => text !== '').join('\n'));
  const story = fault === undefined ? storyOf(result.stdout) || describeResult(result) : where;
  throw new InfrastructureError(
    'MINIKUBE_FAILED',
    `minikube could not start the cluster from ${plan.image}:\n${[story, words].filter((text) => text !== '').join('\n')}`,
    {
      hint: hintFor(result.stdout, `${words}\n${result.stderr}`),
      context: { minikube: plan.version, image: plan.image },
    },
  );
}

async function start(
  { name, folder, plan, options, step }: Making<MinikubePlan>,
  { progress, hopeless }: { readonly progress: { doing: string }; readonly hopeless: AbortSignal },
  deps: RunDeps,
): Promise<CommandResult> {
  const { deadline } = options;
  return deps.shell.run(startArgv(name, plan.start), {
    deadline: Deadline.in(deadline.remainingMs, deadline.what, AbortSignal.any([deadline.signal, hopeless])),
    env: environmentOf(folder, deps),
    onLine: (line) => {
      const event = parseEvent(line);
      if (event?.type !== 'step') return;
      progress.doing = event.name.toLowerCase();
      step.update(progress.doing);
    },
  });
}
