import { isPod, type KubeObject } from '../core/kube.ts';
import { createTurnstile } from '../core/turnstile.ts';
import { neighbourhood, visitNodes } from './every-node.ts';
import { createLocks } from './locks.ts';
import { unitNamespaces } from './unit-namespaces.ts';
import type { Unit } from './unit.ts';
import { watchBoard } from './pod-board.ts';
import { podPartOf, replicasOf } from './pod-template.ts';
import { RUN_LABEL } from './prepare.ts';
import { watchPace } from './pace.ts';
import { clearFirstAttempt, rememberInconclusive } from './retry.ts';
import { runUnit } from './run-unit.ts';
import type { UnitContext } from './unit-context.ts';

export type EngineOptions = Pick<
  UnitContext,
  'kube' | 'cluster' | 'sink' | 'runId' | 'signal' | 'codeStopped' | 'keepManifests'
> & {
  /** Begin the units in the order given: somebody shuffled them. @default false */
  readonly inOrder?: boolean;
  /** Nodes at work at the same time, where every node is judged. @default 2 */
  readonly nodesAtOnce?: number;
  /** Told how many nodes are done. */
  readonly onVisited?: (done: number, of: number) => void;
};

/** Units at work at the same time. More only makes two cores slower; the plain units come first. */
const AT_ONCE = 8;
/** The same where pods take their time: together they would only miss their deadlines, one after the other. */
const AT_ONCE_WHEN_SLOW = 3;
/** The same for the units on one node. */
const AT_ONCE_ON_NODE = 4;
/** Pods that may pile up until the run is over. A node takes 110 (kubelet's maxPods), and the smallest cluster has one. */
const ROOM_FOR_PODS = 70;
/** Commands in pods and on nodes at the same time. */
const COMMANDS_AT_ONCE = 4;

/**
 * Runs all units side by side on one watch and emits everything that happens. It observes and records; verdicts
 * come from the judge. What could not be judged gets a second attempt when all others are over, as a fresh unit.
 *
 * @throws the abort reason; InfrastructureError when the API server was lost for good
 */
export async function runScenarios(units: readonly Unit[], options: EngineOptions): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const board = watchBoard(options.kube, `${RUN_LABEL}=${options.runId}`, signal);
  const [onNodes, plain] = divide(units);
  const users = lockUsers(plain);
  const isContested = (unit: Unit): boolean =>
    unit.scenario.locks?.some((lock) => onNodes.length > 0 || (users.get(lock) ?? 0) > 1) === true;
  const pace = watchPace(options.sink);
  const memory = rememberInconclusive(pace.sink);
  const atOnce = (): number => (pace.isSlow() ? AT_ONCE_WHEN_SLOW : AT_ONCE);
  const context: UnitContext = {
    ...options,
    sink: memory.sink,
    signal,
    board,
    locks: createLocks(),
    tidyEarly: podsOf(units) > ROOM_FOR_PODS,
    isContested,
    turnstile: createTurnstile(COMMANDS_AT_ONCE),
    namespaceFor: unitNamespaces(options, signal),
  };
  const inOrder = (some: readonly Unit[]): readonly Unit[] =>
    options.inOrder === true ? some : longestFirst(some);
  const run = (unit: Unit): Promise<void> => runUnit(unit, near(unit, context));
  const work = async (): Promise<void> => {
    await sideBySide(inOrder(plain), atOnce, run);
    await visitNodes(onNodes, {
      ...options,
      signal,
      atOnce: options.nodesAtOnce ?? NODES_AT_ONCE,
      run: (some) => sideBySide(inOrder(some), () => AT_ONCE_ON_NODE, run),
      onVisited: options.onVisited ?? (() => undefined),
    });
    await sideBySide(memory.secondAttempts(units), atOnce, (unit) => tryAgain(unit, near(unit, context)));
  };
  try {
    const working = work();
    working.catch(() => undefined);
    await Promise.race([working, board.broken]);
  } finally {
    stop.abort(new Error('the run is over'));
  }
}

const NODES_AT_ONCE = 2;

/** Units on single nodes, and the others. */
function divide(units: readonly Unit[]): readonly [onNodes: readonly Unit[], plain: readonly Unit[]] {
  const isOnNode = ({ planned }: Unit): boolean => planned.node !== undefined;
  return [units.filter(isOnNode), units.filter((unit) => !isOnNode(unit))];
}

/** What a unit on one node gets to see of the cluster. */
function near(unit: Unit, context: UnitContext): UnitContext {
  return unit.planned.node === undefined
    ? context
    : { ...context, cluster: neighbourhood(unit, context.cluster) };
}

function podsOf(units: readonly Unit[]): number {
  return units.flatMap(({ objects }) => objects).reduce((sum, object) => sum + replicasOf(object), 0);
}

/**
 * The scenarios before their mutants, and first what takes longest: several acts, and workloads, whose controllers
 * work in their own time.
 */
function longestFirst(units: readonly Unit[]): Unit[] {
  const length = ({ scenario, objects }: Unit): number =>
    (scenario.acts?.length ?? 0) + objects.filter(isWorkload).length;
  return [...units].sort((a, b) => a.round - b.round || length(b) - length(a));
}

function isWorkload(object: KubeObject): boolean {
  return !isPod(object) && podPartOf(object) !== undefined;
}

/** Never more than `atOnce` says when one begins. */
async function sideBySide(
  units: readonly Unit[],
  atOnce: () => number,
  run: (unit: Unit) => Promise<void>,
): Promise<void> {
  const queue = [...units];
  const most = atOnce();
  let working = most;
  const worker = async (): Promise<void> => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      await run(unit);
      // The last worker stays whatever is said.
      if (working > Math.max(1, atOnce())) {
        working -= 1;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
}

async function tryAgain(unit: Unit, context: UnitContext): Promise<void> {
  try {
    await clearFirstAttempt(unit, context);
  } catch {
    context.signal.throwIfAborted();
    // What will not go would also disturb a second attempt: the first verdict stays, and it is not green.
    return;
  }
  context.sink.emit({ type: 'retry', unit: unit.planned, claims: unit.claims.map(({ id }) => id) });
  await runUnit(unit, context);
}

/** How many units take each lock. */
function lockUsers(units: readonly Unit[]): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const lock of units.flatMap(({ scenario }) => scenario.locks ?? []))
    users.set(lock, (users.get(lock) ?? 0) + 1);
  return users;
}
