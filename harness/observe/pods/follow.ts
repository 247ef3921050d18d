import { systemClock } from '../../core/clock.ts';
import type { Cluster, ClusterNode } from '../../core/cluster.ts';
import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { TimeoutError } from '../../core/errors.ts';
import type { KubeClient, ObjectEvent, Pod } from '../../core/kube.ts';
import { CannotTell } from '../../core/under-test.ts';
import type { ContainerFacts } from '../looking/container-facts.ts';
import { lookAtContainers } from '../looking/look-at-containers.ts';
import { runtimeRecord } from '../looking/runtime-record.ts';
import type { Board } from './board.ts';
import { containerViews, type ContainerView } from './container-states.ts';
import { containerRuling, podRuling, type Ruling } from './ruling.ts';

/** What became of a pod, as far as it could be followed. */
export interface Followed {
  readonly pod: Pod;
  readonly node: ClusterNode | undefined;
  readonly ruling: Ruling;
  readonly containers: readonly FollowedContainer[];
  /** Somebody else deleted it. */
  readonly deleted: boolean;
  /** The last warning about it, if anybody had to ask. */
  readonly warning: string | undefined;
}

export interface FollowedContainer {
  readonly view: ContainerView;
  readonly facts: ContainerFacts | undefined;
  /** Why it never ran, or what was seen last. Of no interest where there are facts. */
  readonly ruling: Ruling;
}

export interface FollowParts {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  readonly board: Board;
  readonly deadline: Deadline;
  /** Writes down what is asked. */
  readonly runnerOf: (node: ClusterNode) => CommandRunner;
}

/** Changes wake us; this is for what no change tells, such as events and the passing of time. */
const LOOK_AGAIN_MS = 500;
/** A healthy container starts within this time; then it is worth asking for events. */
const PATIENCE_MS = 3000;
const EVENTS_EVERY_MS = 2000;
/** The scheduler looks again when something changed; a refusal that stands this long stays. */
const SCHEDULER_MS = 1500;
/** Room that other pods of this run will free. */
const ROOM_MS = 15_000;
const WANTS_ROOM = /Insufficient|free ports|Too many pods/;
/** A process can end between being found and being read. */
const MOST_LOOKS = 3;

/**
 * Follows one pod until every container was looked at or has a reason why it never will be, or until the deadline.
 * Containers are looked at as soon as they run, because nobody knows how long they do.
 *
 * @throws whatever ends the run; never for what the pod does
 */
export async function followPod(pod: Pod, parts: FollowParts): Promise<Followed> {
  const trail = new Trail(pod, parts);
  try {
    while (!(await trail.isOver())) await parts.board.next(trail.uid, LOOK_AGAIN_MS, parts.deadline);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
  return trail.end();
}

class Trail {
  readonly uid: string;
  readonly #parts: FollowParts;
  readonly #facts = new Map<string, ContainerFacts>();
  readonly #looks = new Map<string, number>();
  readonly #startedAt = systemClock.now();
  readonly #first: Pod;
  #events: readonly ObjectEvent[] = [];
  #eventsAt = 0;
  #refusedSince: number | undefined;

  constructor(pod: Pod, parts: FollowParts) {
    this.#first = pod;
    this.#parts = parts;
    this.uid = pod.metadata.uid ?? '';
  }

  get #pod(): Pod {
    return this.#parts.board.get(this.uid)?.pod ?? this.#first;
  }

  get #node(): ClusterNode | undefined {
    return this.#parts.cluster.nodes.find(({ name }) => name === this.#pod.spec.nodeName);
  }

  get #deleted(): boolean {
    return this.#parts.board.get(this.uid)?.deleted === true;
  }

  async isOver(): Promise<boolean> {
    const views = containerViews(this.#pod);
    await this.#lookAt(views.filter(({ stage }) => stage.kind === 'running'));
    await this.#askForEvents(views);
    if (this.#deleted || this.#isRefused()) return true;
    return containerViews(this.#pod).every((view) => this.#isSettled(view, views));
  }

  async end(): Promise<Followed> {
    const views = containerViews(this.#pod);
    // A program that could not be started has a record too, but nothing ever ran with what it says.
    await this.#readRecords(views.filter((view) => containerRuling(view).kind === 'open'));
    const warning = this.#events.findLast(({ type }) => type === 'Warning');
    return {
      pod: this.#pod,
      node: this.#node,
      ruling: this.#ruling(),
      containers: views.map((view) => ({
        view,
        facts: this.#facts.get(view.name),
        ruling: this.#facts.has(view.name) ? { kind: 'open', seen: 'looked at' } : containerRuling(view),
      })),
      deleted: this.#deleted,
      warning: warning && `${warning.reason}: ${warning.message}`,
    };
  }

  #ruling(): Ruling {
    const nodes = this.#parts.cluster.nodes.map(({ name }) => name);
    return podRuling(this.#pod, { nodes, events: this.#events });
  }

  /** A refusal by the scheduler must stand for a moment; the others are final. */
  #isRefused(): boolean {
    const ruling = this.#ruling();
    if (ruling.kind !== 'never') {
      this.#refusedSince = undefined;
      return false;
    }
    if (ruling.by !== 'scheduler') return true;
    this.#refusedSince ??= systemClock.now();
    const needed = WANTS_ROOM.test(ruling.why) ? ROOM_MS : SCHEDULER_MS;
    return systemClock.now() - this.#refusedSince >= needed;
  }

  /** Looked at, or nothing more will come of it. */
  #isSettled(view: ContainerView, all: readonly ContainerView[]): boolean {
    const { name, stage } = view;
    if (this.#facts.has(name) || containerRuling(view).kind !== 'open') return true;
    const hasRun =
      stage.kind === 'ended' || (stage.kind === 'waiting' && stage.reason === 'CrashLoopBackOff');
    if (hasRun) return true;
    if (stage.kind === 'running') return (this.#looks.get(name) ?? 0) >= MOST_LOOKS;
    return blockerOf(view, all) !== undefined;
  }

  async #lookAt(running: readonly ContainerView[]): Promise<void> {
    const node = this.#node;
    const fresh = running.filter(
      ({ name, id }) =>
        id !== undefined && !this.#facts.has(name) && (this.#looks.get(name) ?? 0) < MOST_LOOKS,
    );
    if (node === undefined || fresh.length === 0) return;
    for (const { name } of fresh) this.#looks.set(name, (this.#looks.get(name) ?? 0) + 1);
    const runner = this.#parts.runnerOf(node);
    const seen = await this.#parts.deadline.race(lookAtContainers(runner, this.uid, fresh));
    for (const [name, facts] of seen) this.#facts.set(name, facts);
  }

  /** For containers that ended before anybody looked. */
  async #readRecords(views: readonly ContainerView[]): Promise<void> {
    const node = this.#node;
    if (node === undefined) return;
    const runner = this.#parts.runnerOf(node);
    for (const { name, id } of views) {
      if (id === undefined || this.#facts.has(name)) continue;
      try {
        this.#facts.set(name, await runtimeRecord(runner, id));
      } catch (error) {
        // Then nobody knows what it was given, and the report says that it ended unseen.
        if (!(error instanceof CannotTell)) throw error;
      }
    }
  }

  async #askForEvents(views: readonly ContainerView[]): Promise<void> {
    const now = systemClock.now();
    const isStuck = views.some(({ stage }) => stage.kind === 'waiting' || stage.kind === 'unreported');
    if (!isStuck || now - this.#startedAt < PATIENCE_MS || now - this.#eventsAt < EVENTS_EVERY_MS) return;
    this.#eventsAt = now;
    const { namespace = '' } = this.#pod.metadata;
    this.#events = await this.#parts.kube.events({ namespace, uid: this.uid }, this.#parts.deadline);
  }
}

/** The container that keeps this one from ever starting. */
export function blockerOf(view: ContainerView, all: readonly ContainerView[]): ContainerView | undefined {
  const before = all.slice(
    0,
    all.findIndex(({ name, role }) => name === view.name && role === view.role),
  );
  return before.find((other) => other.role !== 'main' && cannotEnd(other));
}

function cannotEnd(view: ContainerView): boolean {
  if (containerRuling(view).kind !== 'open') return true;
  return view.stage.kind === 'waiting' && view.stage.reason === 'CrashLoopBackOff';
}
