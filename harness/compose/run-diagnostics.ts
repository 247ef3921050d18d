import { join } from 'node:path';
import { podproofVersion } from '../config/places.ts';
import { systemClock } from '../core/clock.ts';
import type { ClusterProvider } from '../core/cluster.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { NewRunEvent } from '../core/events.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import type { Progress } from '../core/progress.ts';
import { writeBundle } from '../diagnostics/bundle.ts';
import { createCollection, type Collection } from '../diagnostics/collection.ts';
import { coverSheet } from '../diagnostics/cover-sheet.ts';
import { hostFacts } from '../diagnostics/host-facts.ts';
import { keepRunFiles } from '../diagnostics/run-files.ts';
import { diagnoseEngine } from '../engine/diagnose.ts';
import type { Engine } from '../engine/types.ts';
import { resultJson } from '../report/json.ts';
import { markdownSummary } from '../report/markdown.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { local } from '../shell/local.ts';

/** Everything that can be asked when a run is not fine. Filled in as it comes into being. */
export interface DiagnosisSources {
  engine?: Engine;
  provider?: ClusterProvider;
  /** Name of the cluster, also of one that never came up. */
  cluster?: string;
}

/** What is collected of a run that is not fine, and the one file that it becomes. */
export interface RunDiagnostics {
  readonly sources: DiagnosisSources;
  /** Asks engine and cluster, once, as long as they are there. Never rejects; ends within its budget. */
  collect(): Promise<void>;
  /** Packs what was collected together with the files of the run. Never rejects. */
  pack(summary: RunSummary, exitCode: ExitCode): Promise<BundleEvent>;
}

type BundleEvent = Extract<NewRunEvent, { readonly type: 'bundle' }>;

export const BUNDLE = 'bundle.tar.gz';

/** Nobody waits longer than this for the clean-up to begin. */
const BUDGET_MS = 15_000;
/** Who pressed Ctrl-C waits less. */
const INTERRUPTED_MS = 3000;

export interface DiagnosticsOptions {
  /** The run folder, where the bundle goes. */
  readonly folder: string;
  readonly progress: Progress;
  /** Aborts when the run is interrupted. */
  readonly signal: AbortSignal;
}

export function runDiagnostics(options: DiagnosticsOptions): RunDiagnostics {
  const collection = createCollection();
  const sources: DiagnosisSources = {};
  let collecting: Promise<void> | undefined;
  let collectMs = 0;
  const collect = async (): Promise<void> => {
    const startedAt = systemClock.now();
    const step = options.progress.step('diagnostics');
    await ask(sources, collection, budget(options.signal));
    collectMs = systemClock.now() - startedAt;
    step.done(`${String(collection.files.length)} files`);
  };
  return {
    sources,
    collect: () => (collecting ??= collect()),
    async pack(summary, exitCode) {
      const startedAt = systemClock.now();
      if (collecting === undefined) collection.miss('engine and cluster: they were gone when this came out');
      const { file, bytes } = await write(options.folder, collection, { summary, exitCode });
      const ms = Math.round(collectMs + systemClock.now() - startedAt);
      return { type: 'bundle', file, bytes, missing: collection.missing, ms };
    },
  };
}

/** The whole budget, or what is left of the shorter one from the moment of an interrupt on. */
function budget(signal: AbortSignal): Deadline {
  const over = new AbortController();
  const hurry = (): void => {
    const soon = Deadline.in(INTERRUPTED_MS, 'the diagnosis of an interrupted run');
    soon.signal.addEventListener('abort', () => over.abort(soon.error('it was interrupted')), { once: true });
  };
  if (signal.aborted) hurry();
  else signal.addEventListener('abort', hurry, { once: true });
  return Deadline.in(BUDGET_MS, 'the diagnosis', over.signal);
}

async function ask(sources: DiagnosisSources, collection: Collection, deadline: Deadline): Promise<void> {
  const { engine, provider, cluster } = sources;
  const { keep, miss } = collection;
  if (engine === undefined) miss('the engine: there was none yet');
  if (cluster === undefined) miss('the cluster: there was none yet');
  try {
    await deadline.race(
      Promise.all([
        engine && diagnoseEngine({ engine, runner: local(), keep, deadline }),
        cluster === undefined ? undefined : provider?.diagnose(cluster, keep, deadline),
      ]),
    );
  } catch (error) {
    miss(`everything else: ${describeError(error)}`);
  }
}

async function write(
  folder: string,
  collection: Collection,
  run: { readonly summary: RunSummary; readonly exitCode: ExitCode },
): Promise<Pick<BundleEvent, 'file' | 'bytes'>> {
  const { summary, exitCode } = run;
  try {
    collection.keep(
      'host.json',
      JSON.stringify({ podproof: podproofVersion(), ...hostFacts(process.env) }, null, 2),
    );
    collection.keepClean('run/result.json', resultJson(summary, exitCode));
    collection.keepClean('run/summary.md', markdownSummary(summary));
    await keepRunFiles(folder, collection);
    const { id, argv } = summary.run;
    const files = [
      coverSheet({ id, argv, exitCode, problems: summary.problems, collection }),
      ...collection.files,
    ].map(({ name, content }) => ({ name: `podproof-${id}/${name}`, content }));
    return { file: BUNDLE, bytes: await writeBundle(join(folder, BUNDLE), files, systemClock.date()) };
  } catch (error) {
    collection.miss(describeError(error));
    return { file: null, bytes: 0 };
  }
}
