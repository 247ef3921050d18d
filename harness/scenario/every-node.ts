import type { Cluster } from '../core/cluster.ts';
import type { UnitId } from '../core/events.ts';
import { isPod, type KubeClient } from '../core/kube.ts';
import { Deadline } from '../core/deadline.ts';
import type { Unit } from './unit.ts';
import { podPartOf } from './pod-template.ts';
import { namespaceName, nodeRound } from './rounds.ts';
import { levelFor } from './security-level.ts';
import type { Claim, LoadedScenario } from './types.ts';

/**
 * The claims of a scenario that can come out differently on every node: those about pods that stand on a chosen node.
 * Where controllers make pods the scheduler spreads them itself, and what was there before the run is where it is.
 */
export function claimsPerNode(scenario: LoadedScenario): readonly Claim[] {
  const withPods = scenario.objects.filter((object) => podPartOf(object) !== undefined);
  if (!withPods.every(isPod)) return [];
  const pods = new Set(withPods.map(({ metadata }) => metadata.name));
  const onNode = (name: string): boolean => pods.has(name);
  return scenario.claims.filter(
    ({ about, subject, control, partners = [] }) =>
      about === 'pod' &&
      onNode(subject) &&
      onNode(control) &&
      partners.every((name) => scenario.existing?.[name] === undefined),
  );
}

/**
 * The units of one scenario when every node is judged: one on each node, and one for the claims that are about the
 * cluster as a whole.
 *
 * @param plain the unit as it is planned otherwise
 */
export function unitsPerNode(plain: Unit, nodes: readonly string[]): readonly Unit[] {
  const perNode = new Set(claimsPerNode(plain.scenario).map(({ id }) => id));
  if (perNode.size === 0) return [plain];
  const rest = onlyClaims(plain, ({ id }) => !perNode.has(id));
  const own = onlyClaims(plain, ({ id }) => perNode.has(id));
  const onNodes = nodes.map((node, index) => ({
    ...own,
    planned: { ...own.planned, node },
    round: nodeRound(index),
  }));
  return rest.claims.length === 0 ? onNodes : [rest, ...onNodes];
}

function onlyClaims(unit: Unit, wanted: (claim: { readonly id: string }) => boolean): Unit {
  const planned = { ...unit.planned, claims: unit.planned.claims.filter(wanted) };
  return { ...unit, planned, claims: unit.claims.filter(wanted) };
}

/**
 * What a unit on one node sees of the cluster: its node as A, the next one as B, and the control plane. Every node is
 * the A of one unit and the B of another, and the work grows with the number of nodes and not with its square.
 */
export function neighbourhood(
  { planned: { node } }: { readonly planned: Pick<UnitId, 'node'> },
  cluster: Cluster,
): Cluster {
  if (node === undefined) return cluster;
  const names = schedulableNames(cluster);
  const at = names.indexOf(node);
  const near = new Set([node, names[(at + 1) % names.length]]);
  const nodes = cluster.nodes
    .filter(({ name, role }) => near.has(name) || role === 'control-plane')
    // A control plane elsewhere may be asked; pods of this unit do not go there.
    .map((each) => (near.has(each.name) ? each : { ...each, schedulable: false }));
  // The letter A counts from the unit's own node.
  const own = (name: string): number => (name === node ? 0 : 1);
  return { ...cluster, nodes: nodes.toSorted((a, b) => own(a.name) - own(b.name)) };
}

/** Names of the nodes that take pods, in the order in which they are visited. */
export function schedulableNames({ nodes }: Pick<Cluster, 'nodes'>): readonly string[] {
  return nodes
    .filter(({ schedulable }) => schedulable)
    .map(({ name }) => name)
    .sort();
}

/** What a unit takes for itself: on its own nodes only, where it has such; units far apart do not meet. */
export function locksOf(unit: Unit, cluster: Cluster): readonly string[] {
  const { locks = [] } = unit.scenario;
  if (unit.planned.node === undefined) return locks;
  const near = schedulableNames(neighbourhood(unit, cluster));
  return locks.flatMap((lock) => near.map((node) => `${lock} on ${node}`));
}

export interface NodeVisit {
  readonly kube: KubeClient;
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Nodes at work at the same time. */
  readonly atOnce: number;
  readonly run: (units: readonly Unit[]) => Promise<void>;
  readonly onVisited: (done: number, of: number) => void;
}

const CALL_MS = 15_000;

/**
 * Visits node after node, a few at a time, and takes what was made for one away before the next one takes its place:
 * nothing grows with the number of nodes but the record.
 */
export async function visitNodes(units: readonly Unit[], visit: NodeVisit): Promise<void> {
  const byNode = [...Map.groupBy(units, ({ round }) => round)];
  const queue = [...byNode];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [round, own] = next;
      await visit.run(own);
      const levels = new Set(own.map(({ objects }) => levelFor(objects)));
      await Promise.all([...levels].map((level) => forget(namespaceName(visit.runId, round, level), visit)));
      visit.onVisited((done += 1), byNode.length);
    }
  };
  await Promise.all(Array.from({ length: visit.atOnce }, worker));
}

/** Nobody waits for it to be gone: the clean-up at the end of the run looks again. */
async function forget(name: string, { kube, signal }: NodeVisit): Promise<void> {
  signal.throwIfAborted();
  const deadline = Deadline.in(CALL_MS, `namespace ${name} to be deleted`, signal);
  await kube.delete('Namespace', { name }, deadline).catch(() => signal.throwIfAborted());
}
