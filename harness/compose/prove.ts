import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import { inTime } from '../core/in-time.ts';
import type { KubeClient } from '../core/kube.ts';
import type { Progress } from '../core/progress.ts';
import { guardLoop } from '../lifetime/loop-guard.ts';
import type { UndoStack } from '../lifetime/undo-stack.ts';
import { schedulableNames } from '../scenario/every-node.ts';
import { makePlan } from '../scenario/plan.ts';
import { RUN_LABEL } from '../scenario/prepare.ts';
import { runScenarios } from '../scenario/run-scenarios.ts';
import type { LoadedScenario } from '../scenario/types.ts';
import type { Unit } from '../scenario/unit.ts';
import { offerOf } from './cluster-offer.ts';
import { explainLoss } from './explain-loss.ts';
import { awaitEarlierRuns } from './earlier-runs.ts';
import { keepManifest, manifestDigest } from './manifests.ts';
import { removeNamespaces } from './remove-namespaces.ts';
import type { RunDiagnostics } from './run-diagnostics.ts';
import { openBench } from './open-bench.ts';
import { readyCluster, type ReadyCluster } from './workbench.ts';
import { tellFindings } from './check-up.ts';

export interface ProveContext {
  readonly settings: RunSettings;
  readonly places: Places;
  readonly scenarios: readonly LoadedScenario[];
  readonly runId: string;
  readonly folder: string;
  readonly sink: EventSink;
  readonly progress: Progress;
  readonly undo: UndoStack;
  readonly deadline: Deadline;
  readonly diagnostics: RunDiagnostics;
  /** Filled by the clean-up. */
  readonly leftovers: string[];
  readonly kept: string[];
  /** What else changed in an existing cluster while it was attached. */
  readonly meanwhile: string[];
}

const REMOVE_PODS_MS = 45_000;
const PLAN_MS = 20_000;

/** Starts engine and cluster, plans, and runs the scenarios. What must be taken back is on the undo stack. */
export async function proveOnCluster(context: ProveContext): Promise<void> {
  const { settings, undo, runId, folder } = context;
  let keep = settings.keep;
  const options = {
    ...context,
    allowRemote: settings.allowRemoteDocker,
    runFolder: folder,
    keepEngine: () => keep,
    keepCluster: () => keep,
    onLeftAlone: (what: string) => context.kept.push(what),
    onLeftovers: (leftovers: readonly string[]) => context.leftovers.push(...leftovers),
  };
  const bench = await openBench(context, options);
  const { cluster, kube } = await readyCluster(bench, settings, { ...options, ...bench });
  // Who kept a cluster wants it until `down`; a run that only borrows it does not take it away.
  keep ||= cluster.reused;
  undo.register({
    what: `the pods of run ${runId}`,
    budgetMs: REMOVE_PODS_MS,
    byHand: `kubectl delete namespaces -l ${RUN_LABEL}=${runId}`,
    undo: async (within) => {
      // A cluster that is about to be removed takes its pods along.
      if (keep) await removeNamespaces(kube, `${RUN_LABEL}=${runId}`, within);
    },
  });
  if (keep) {
    context.kept.push(
      `cluster ${cluster.name}, for the next run; use it with \`export KUBECONFIG=${cluster.kubeconfig}\`, remove it with \`npm run podproof -- down\``,
    );
  }
  if (cluster.reused) await awaitEarlierRuns({ ...context, kube, cluster });
  const verdicts = countUnclear(context.sink);
  try {
    await planAndRun({ ...context, sink: verdicts.sink }, { cluster, kube });
    if (verdicts.unclear() > 0) tellFindings(await bench.lookAgain(), context.sink);
  } catch (error) {
    // A disk that filled up ends a run in many ways. The error is told, whatever becomes of this.
    if (error instanceof InfrastructureError)
      tellFindings(await bench.lookAgain().catch(() => []), context.sink);
    if (bench.docker === undefined) throw error;
    const nodes = cluster.nodes.map(({ name }) => name);
    throw await explainLoss(error, { containers: bench.docker.containers, nodes });
  }
}

/** Hands everything on and counts the verdicts that are none. */
function countUnclear(sink: EventSink): { readonly sink: EventSink; readonly unclear: () => number } {
  let unclear = 0;
  return {
    sink: {
      emit(event) {
        if (event.type === 'verdict' && event.verdict.kind === 'inconclusive') unclear += 1;
        sink.emit(event);
      },
    },
    unclear: () => unclear,
  };
}

/** Writes down what is going to happen, then makes it happen. The second half of `proveOnCluster`. */
export async function planAndRun(
  context: ProveContext,
  { cluster, kube }: Pick<ReadyCluster, 'cluster'> & { readonly kube: KubeClient },
): Promise<void> {
  const { settings, sink, deadline, runId, folder } = context;
  const offer = await offerOf(cluster, kube, deadline);
  const plan = (): readonly Unit[] =>
    makePlan(context.scenarios, {
      ids: [],
      mutants: settings.mutants,
      ...(settings.shuffle === undefined ? {} : { shuffle: settings.shuffle }),
      offer,
      ...(settings.everyNode ? { everyNode: schedulableNames(cluster) } : {}),
    });
  // Mutants and numbers of replicas are functions of the scenario files.
  const units = inTime(plan, PLAN_MS);
  sink.emit({
    type: 'plan',
    units: units.map(({ planned, objects }) => ({ ...planned, manifest: manifestDigest(objects) })),
  });
  const manifests = join(folder, 'manifests');
  await mkdir(manifests, { recursive: true });
  const step = settings.everyNode ? context.progress.step('every node') : undefined;
  let visited = 'none was done';
  try {
    using loop = guardLoop(context.scenarios.map((scenario) => scenario.folder));
    await runScenarios(units, {
      kube,
      cluster,
      sink,
      runId,
      signal: deadline.signal,
      codeStopped: loop.codeStopped,
      inOrder: settings.shuffle !== undefined,
      nodesAtOnce: settings.atOnce,
      onVisited: (done, of) => step?.update((visited = `${String(done)} of ${String(of)} nodes`)),
      keepManifests: (unit, objects) => keepManifest(manifests, unit, objects),
    });
    step?.done(visited);
  } catch (error) {
    step?.fail(visited);
    throw error;
  }
}
