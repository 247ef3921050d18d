import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObserveSettings } from '../config/observe-settings.ts';
import type { Places } from '../config/places.ts';
import type { Deadline } from '../core/deadline.ts';
import { UsageError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { KubeClient } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';
import type { Progress } from '../core/progress.ts';
import type { UndoStack } from '../lifetime/undo-stack.ts';
import { madePaths } from '../observe/looking/made-paths.ts';
import type { Placed } from '../observe/manifests/assign-names.ts';
import { objectText } from '../observe/manifests/object-text.ts';
import { observePods } from '../observe/observe-pods.ts';
import type { Ledger } from '../observe/report/ledger.ts';
import { RUN_LABEL } from '../scenario/prepare.ts';
import { awaitEarlierRuns } from './earlier-runs.ts';
import { removeNamespaces } from './remove-namespaces.ts';
import { openWorkbench, readyCluster } from './workbench.ts';

export interface ObserveRun {
  readonly settings: ObserveSettings;
  readonly places: Places;
  readonly placed: Placed;
  readonly runId: string;
  readonly folder: string;
  readonly progress: Progress;
  readonly undo: UndoStack;
  readonly deadline: Deadline;
  readonly ledger: Ledger;
}

const REMOVE_MS = 90_000;
const NO_EVENTS: EventSink = { emit: () => undefined };

/** Starts engine and cluster or takes a kept one over, and observes. What must be taken back is on the undo stack. */
export async function observeOnCluster(run: ObserveRun): Promise<void> {
  const { settings, undo, runId, deadline, ledger, progress } = run;
  let keep = settings.run.keep;
  const options = {
    ...run,
    provider: ownProvider(settings.run.provider),
    sink: NO_EVENTS,
    runFolder: run.folder,
    keepEngine: () => keep,
    keepCluster: () => keep,
    onLeftAlone: (what: string) => ledger.kept.push(what),
    onLeftovers: (leftovers: readonly string[]) => ledger.leftovers.push(...leftovers),
  };
  const { cluster, kube } = await readyCluster(await openWorkbench(options), settings.run, options);
  ledger.cluster = cluster;
  // Who kept a cluster wants it until `down`; a run that only borrows it does not take it away.
  keep ||= cluster.reused;
  const made = madePaths(cluster.nodes);
  undo.register({
    what: `the pods of run ${runId}`,
    budgetMs: REMOVE_MS,
    byHand: `kubectl delete namespaces -l ${RUN_LABEL}=${runId}`,
    undo: async (within) => {
      // A cluster that is about to be removed takes its pods along.
      if (!keep) return;
      await removeEverything(kube, runId, within);
      ledger.leftovers.push(...(await made.remove(within)));
    },
  });
  const forNext = `cluster ${cluster.name}, for the next run; remove it with \`npm run podproof -- down\``;
  if (keep) ledger.kept.push(forNext);
  if (cluster.reused) await awaitEarlierRuns({ kube, cluster, deadline, progress });
  const manifests = join(run.folder, 'manifests');
  await mkdir(manifests, { recursive: true });
  const step = progress.step('observing');
  try {
    await observePods({
      placed: run.placed,
      kube,
      cluster,
      runId,
      runLabel: RUN_LABEL,
      options: {
        substituteImages: settings.substituteImages,
        withControl: settings.withControl,
        withEvidence: settings.run.verbose,
      },
      deadline,
      step,
      madePaths: made,
      onPod: (index, report) => ledger.tell(index, report),
      onRefused: (refused) => ledger.refused.push(refused),
      onApplied: (name, object) => writeFileSync(join(manifests, `${name}.yaml`), objectText(object)),
    });
    step.done(`${String(run.placed.pods.length)} pods`);
  } catch (error) {
    step.fail('ended early');
    throw error;
  }
}

/** @throws UsageError NOT_ATTACHED: pods of strangers belong on a cluster that goes away with them */
function ownProvider<P extends string>(provider: P | 'attached'): P {
  if (provider !== 'attached') return provider;
  throw new UsageError('NOT_ATTACHED', '`observe` does not put pods of strangers on an existing cluster.', {
    hint: 'Leave --provider out: it makes a cluster for them and removes it.',
  });
}

/** Pods of strangers are not trusted to go: the namespaces must be gone before this run counts as over. */
async function removeEverything(kube: KubeClient, runId: string, deadline: Deadline): Promise<void> {
  const labelSelector = `${RUN_LABEL}=${runId}`;
  await removeNamespaces(kube, labelSelector, deadline);
  await poll(
    async () => {
      const left = await kube.list('Namespace', { labelSelector }, deadline);
      return left.length === 0
        ? done(true)
        : pending(`namespaces ${left.map(({ metadata }) => metadata.name).join(', ')}`);
    },
    { deadline, pauseMs: 200, maxPauseMs: 1000 },
  );
}
