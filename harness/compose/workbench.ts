import type { Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { everyProvider, type AllClusters } from '../clusters/every-provider.ts';
import { makeProviders } from '../clusters/registry.ts';
import type { KeepingProvider, ProviderDeps } from '../clusters/deps.ts';
import { systemClock } from '../core/clock.ts';
import type { Cluster, ProviderOptions } from '../core/cluster.ts';
import type { Deadline } from '../core/deadline.ts';
import type { EventSink } from '../core/events.ts';
import type { KubeClient } from '../core/kube.ts';
import type { Progress } from '../core/progress.ts';
import type { ObjectSubmitter } from '../core/submission.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { hostSummary } from '../diagnostics/host-facts.ts';
import { connectDocker } from '../docker/connect.ts';
import { findOrStartEngine } from '../engine/find-or-start.ts';
import type { Engine } from '../engine/types.ts';
import { connect } from '../kube/client.ts';
import type { UndoStack } from '../lifetime/undo-stack.ts';
import { local } from '../shell/local.ts';
import { imageSource } from './image-source.ts';
import { hasKeptClusters } from './kept-clusters.ts';
import { startLeakCheck } from './leak-check.ts';
import { sweepDead } from './sweep-dead.ts';
import type { RunDiagnostics } from './run-diagnostics.ts';

/** An engine that answers, with the provider of clusters on it. */
export interface Workbench {
  readonly engine: Engine;
  readonly docker: DockerEngine;
  readonly provider: KeepingProvider;
  /** Of every provider, for cleaning up. */
  readonly clusters: AllClusters;
}

/** A cluster that is ready, and the way to its API server. */
export interface ReadyCluster {
  readonly cluster: Cluster;
  readonly kube: KubeClient & ObjectSubmitter;
}

/** Providers whose nodes are containers of an engine. */
type ContainerProviderId = Exclude<RunSettings['provider'], 'attached'>;

export interface WorkbenchOptions extends Pick<ProviderOptions, 'onLeftAlone'> {
  readonly places: Places;
  readonly provider: ContainerProviderId;
  readonly progress: Progress;
  readonly deadline: Deadline;
  readonly undo: UndoStack;
  readonly sink: EventSink;
  /** Accept an engine on another machine. @default false */
  readonly allowRemote?: boolean;
  /** Where the log of an embedded engine goes. */
  readonly runFolder?: string;
  /** Remove what dead runs left before going on. @default true */
  readonly sweepFirst?: boolean;
  /** Asked when the engine is given back: must it go on running? */
  readonly keepEngine: () => boolean;
  /** Told what there is to ask when the run is not fine. */
  readonly diagnostics?: RunDiagnostics;
  /** Told what giving the engine back left behind. */
  readonly onLeftovers: (leftovers: readonly string[]) => void;
  /** Awaited before a new cluster is made, not when a kept one is taken over; what it throws ends the run. */
  readonly beforeCreate?: () => Promise<void>;
}

const STOP_MS = 60_000;
/** Namespaces go in their own time, and then the whole cluster is compared. */
const TAKE_BACK_MS = 180_000;
const LOOK_MS = 20_000;

/**
 * Finds or starts the engine and removes what dead runs left in it. Giving the engine back is registered with the
 * undo stack.
 *
 * @throws EnvironmentError, SafetyError, BusyError as `findOrStartEngine`
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { places, progress, deadline, undo, sink, runFolder } = options;
  const startedAt = systemClock.now();
  const engine = await findOrStartEngine({
    cacheDir: places.cache,
    runner: local(),
    processEnv: process.env,
    progress,
    deadline,
    allowRemote: options.allowRemote === true,
    ...(runFolder === undefined ? {} : { runDir: runFolder }),
  });
  if (options.diagnostics !== undefined) options.diagnostics.sources.engine = engine;
  undo.register({
    what: `the ${engine.kind} container engine`,
    budgetMs: STOP_MS,
    byHand: 'npm run podproof -- down',
    undo: async (within) => {
      const report = await engine.release({
        deadline: within,
        keep: options.keepEngine() || (await hasKeptClusters(places.cache, engine.endpoint)),
      });
      options.onLeftovers(report.leftovers);
    },
  });
  sink.emit({
    type: 'setup',
    step: 'engine',
    detail: `${engine.kind} Docker ${engine.version} (${engine.source})`,
    ms: elapsed(startedAt),
  });
  const docker = await connectDocker(engine);
  undo.register({
    what: 'connections to the engine',
    budgetMs: 1000,
    undo: () => Promise.resolve(docker.close()),
  });
  const providers = makeProviders(providerDeps({ engine, docker }, options));
  const clusters = everyProvider(Object.values(providers), places.cache);
  if (options.sweepFirst !== false) await sweepDead(clusters, options);
  const lookAgain = await startLeakCheck(
    { docker, clusters, cacheDir: places.cache, engineIsOurs: engine.kind === 'embedded' },
    deadline,
  );
  // Registered before anything is made, so it looks after everything was taken back.
  undo.register({
    what: 'the look for leftovers',
    budgetMs: LOOK_MS,
    undo: async (within) => options.onLeftovers(await lookAgain(within)),
  });
  return { engine, docker, provider: providers[options.provider], clusters };
}

function providerDeps(
  { engine, docker }: Pick<Workbench, 'engine' | 'docker'>,
  { places, sink }: WorkbenchOptions,
): ProviderDeps {
  return {
    docker,
    engine,
    shell: local(),
    cacheDir: places.cache,
    environment: process.env,
    images: imageSource(engine, places, sink),
    connectKube: (kubeconfig) => connect({ kubeconfig }),
  };
}

/** What making a cluster ready needs, with an engine or without one. */
export type ReadyOptions = Pick<
  WorkbenchOptions,
  'progress' | 'deadline' | 'undo' | 'sink' | 'diagnostics' | 'beforeCreate' | 'onLeftAlone'
> & { readonly keepCluster: () => boolean };

/** Takes over a kept cluster that fits, or makes a new one; removing it is registered before it exists. */
export async function readyCluster(
  bench: Pick<Workbench, 'provider'>,
  settings: RunSettings,
  options: ReadyOptions,
): Promise<ReadyCluster> {
  const { deadline, progress, undo, sink, diagnostics } = options;
  const { nodes, image, kubernetes } = settings;
  const spec = { nodes, image, kubernetes };
  const startedAt = systemClock.now();
  // What was never ready is worth nothing to the next run.
  let ready = false;
  const removeLater = (name: string): void => {
    if (diagnostics !== undefined)
      Object.assign(diagnostics.sources, { provider: bench.provider, cluster: name });
    undo.register({
      what: settings.provider === 'attached' ? `what was made in the cluster (${name})` : `cluster ${name}`,
      budgetMs: settings.provider === 'attached' ? TAKE_BACK_MS : STOP_MS,
      byHand: 'npm run clean -- --all',
      undo: (within) =>
        ready && options.keepCluster() ? bench.provider.keep(name) : bench.provider.destroy(name, within),
    });
  };
  const kept = settings.fresh ? undefined : await bench.provider.findKept(spec, options);
  if (kept !== undefined) removeLater(kept.name);
  if (kept === undefined) await options.beforeCreate?.();
  const cluster =
    kept ??
    (await bench.provider.create(spec, {
      deadline,
      progress,
      onBeforeCreate: removeLater,
      onFailure: async () => diagnostics?.collect(),
    }));
  sink.emit({
    type: 'setup',
    step: 'cluster',
    detail: `${cluster.name}, ${kept ? 'kept from an earlier run' : origin(cluster)}`,
    ms: elapsed(startedAt),
  });
  sink.emit({
    type: 'cluster',
    name: cluster.name,
    provider: cluster.provider,
    nodes: cluster.nodes.map(({ name }) => name),
    facts: { ...cluster.facts, ...hostSummary() },
    reused: cluster.reused,
  });
  ready = true;
  const kube = await connect({
    kubeconfig: cluster.kubeconfig,
    isJudged: cluster.provider === 'attached',
  });
  undo.register({ what: 'connections to the API server', budgetMs: 5000, undo: () => kube.close() });
  return { cluster, kube };
}

function origin({ provider, facts }: Cluster): string {
  if (provider !== 'attached') return 'new';
  return `attached to context ${facts['attached'] ?? ''} at ${facts['server'] ?? ''}, kube-system ${facts['clusterUid'] ?? ''}`;
}

function elapsed(startedAt: number): number {
  return Math.round(systemClock.now() - startedAt);
}
