import { join } from 'node:path';
import type { Cluster, ClusterSpec, ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import { acquireFileLock } from '../../core/file-lock.ts';
import { identityOf, isAlive, isSame, type ProcessIdentity } from '../../core/process-identity.ts';
import type { ProgressStep } from '../../core/progress.ts';
import { clustersFolder, recordedNames, stateFolder, type ClusterRecord } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import { clusterFacts } from '../nodes/cluster-facts.ts';
import { assertConfined } from '../nodes/confined.ts';
import { containerCluster } from '../nodes/container-cluster.ts';
import { limitNodes } from '../nodes/limit-nodes.ts';
import { waitUntilReady } from '../nodes/readiness.ts';
import { findWorkload, workloadDigest } from '../nodes/workload.ts';
import type { Wanted } from './create.ts';
import type { ClusterPlan, NodeMaker } from './node-maker.ts';

/** A cluster that was ready once answers within moments, or it is broken. */
const ANSWER_MS = 15_000;

/**
 * Takes over a cluster that an earlier run of ours kept: same fingerprint, same engine, made since the last boot,
 * used by nobody, every node running, API answering, workload there. Others are left alone, whatever their state:
 * who asked to keep a cluster decides about it (`podproof down`), and one that does not answer within seconds may just
 * be on a busy machine. Of such a one people are told, since it goes on using memory beside its replacement.
 */
export async function adoptKept<Plan extends ClusterPlan>(
  { spec, plan, options }: Wanted<Plan>,
  maker: NodeMaker<Plan>,
  deps: ProviderDeps,
): Promise<Cluster | undefined> {
  const names = await recordedNames(deps.cacheDir);
  if (names.length === 0) return undefined;
  const step = options.progress.step('kept cluster');
  const { deadline } = options;
  await using _ = await acquireFileLock(join(clustersFolder(deps.cacheDir), 'adopt.lock'), { deadline });
  const own = await identityOf();
  for (const name of names) {
    const record = await stateFolder(deps.cacheDir, name).read();
    if (record === undefined || !record.kept) continue;
    const objection = await whyNot(record, { plan, own, made: maker.id }, deps);
    if (objection !== undefined) {
      step.update(`${name} is left alone: ${objection}`);
      continue;
    }
    const cluster = await tryOut({ spec, plan, record, own, step, options }, maker, deps);
    if (cluster === undefined) continue;
    step.done(`${name} taken over`);
    return cluster;
  }
  step.done('none that fits');
  return undefined;
}

async function whyNot(
  record: ClusterRecord,
  { plan, own, made }: Pick<Candidate, 'plan' | 'own'> & { readonly made: string },
  { docker }: ProviderDeps,
): Promise<string | undefined> {
  if (record.provider !== made) return `made by ${record.provider}`;
  if (record.phase !== 'ready') return 'it was never ready';
  if (record.endpoint !== docker.endpoint) return `it is in another engine (${record.endpoint})`;
  if (record.fingerprint !== plan.fingerprint) return 'another image or configuration';
  // After a boot the nodes get other addresses, and a cluster with several nodes is dead (kubernetes-sigs/kind#2045).
  if (record.owner.bootId !== own.bootId) return 'it is from before the last boot';
  if (!isSame(record.owner, own) && (await isAlive(record.owner))) {
    return `process ${String(record.owner.pid)} uses it`;
  }
  return undefined;
}

interface Candidate {
  readonly spec: ClusterSpec;
  readonly plan: ClusterPlan;
  readonly record: ClusterRecord;
  readonly own: ProcessIdentity;
  readonly step: ProgressStep;
  readonly options: ProviderOptions;
}

type Maker = Pick<NodeMaker, 'id' | 'nodes' | 'networkOf' | 'laptopOf'>;

async function tryOut(candidate: Candidate, maker: Maker, deps: ProviderDeps): Promise<Cluster | undefined> {
  const { record, own, step, options } = candidate;
  try {
    const cluster = await inspect(candidate, maker, deps);
    await stateFolder(deps.cacheDir, record.name).write({ ...record, owner: own });
    return cluster;
  } catch (error) {
    options.deadline.signal.throwIfAborted();
    const why = `it does not work any more: ${describeError(error)}`;
    step.update(`${record.name} is left alone, ${why}`);
    options.onLeftAlone?.(
      `cluster ${record.name}, kept by an earlier run, but ${why}; \`npm run podproof -- down\` removes it`,
    );
    return undefined;
  }
}

async function inspect(candidate: Candidate, maker: Maker, deps: ProviderDeps): Promise<Cluster> {
  const { spec, plan, record } = candidate;
  const { name } = record;
  const deadline = Deadline.in(ANSWER_MS, `the kept cluster ${name}`, candidate.options.deadline.signal);
  const listed = await maker.nodes(name, deadline);
  const states = await Promise.all(listed.map(({ id }) => deps.docker.containers.inspect(id, deadline)));
  const found = states.filter((state) => state !== undefined);
  assertConfined(found);
  const containers = found.filter((state) => state.running && !state.paused).map((state) => state.name);
  if (containers.length !== spec.nodes) {
    throw new Error(`${String(containers.length)} of ${String(spec.nodes)} nodes are running`);
  }
  const { kubeconfig } = stateFolder(deps.cacheDir, name);
  const kube = await deps.connectKube(kubeconfig);
  try {
    const nodes = containers.map((node) => ({
      name: node,
      runner: deps.docker.runner(node, `node ${node}`),
    }));
    const [views, workloadImage] = await Promise.all([
      waitUntilReady({ kube, docker: deps.docker, containers, deadline, onSeen: () => undefined }),
      findWorkload(nodes, plan.workload, deadline),
    ]);
    if (workloadImage === undefined) throw new Error('a node lacks the workload image');
    // Set once more instead of remembered: the report says what holds now, whoever changed it meanwhile.
    const limits = await limitNodes(containers, deps, deadline);
    const facts = await clusterFacts(views, kube, deadline, {
      ...plan.facts,
      ...madeBy(record, plan),
      imageId: found[0]?.imageId ?? 'unknown',
      limits,
      workload: await workloadDigest(nodes, workloadImage, deadline),
    });
    return containerCluster({ name, kubeconfig, views, workloadImage, facts, reused: true }, maker, deps);
  } finally {
    await kube.close();
  }
}

/** Who made it is in the record: this run might have used another version. */
function madeBy({ notes }: ClusterRecord, plan: ClusterPlan): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(plan.madeBy).map((key) => [key, notes[key] ?? '']));
}
