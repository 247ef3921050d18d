import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { isPod, type KubeObject, type Pod } from '../core/kube.ts';
import { describePodState, podState } from '../probes/pod-state.ts';
import { atRest } from './at-rest.ts';
import { callAuthor } from './author-code.ts';
import { nameOf } from './plan.ts';
import type { Unit } from './unit.ts';
import { nodePicker } from './placement.ts';
import { podPartOf, replicasOf } from './pod-template.ts';
import { prepareObject } from './prepare.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createScene } from './scene.ts';
import type { SceneParts } from './scene-parts.ts';
import { createStage } from './stage.ts';
import type { Act } from './types.ts';
import { unitCleanUp } from './unit-clean-up.ts';
import type { UnitContext } from './unit-context.ts';

/** A pod normally settles in two or three seconds; an overloaded machine gets a minute. */
const SETTLE_MS = 60_000;
const CALL_MS = 15_000;
const ACT_MS = 60_000;
/** Hundreds of nodes make hundreds of thousands of answers. */
const NODE_TEXT = 1024;

const EVERYTHING_AT_ONCE: readonly Act[] = [{ what: 'everything is created' }];

export interface PlayOptions {
  readonly namespace: string;
  /** Of this unit alone: queues, images and folders of the nodes are shared by all units that run side by side. */
  readonly nonce: string;
}

/** One unit while it runs: performs its acts, and knows what was created, what has settled and what went wrong. */
export class Play {
  readonly unit: Unit;
  /** Everything created, by manifest name, as the API server stored it. */
  readonly created = new Map<string, KubeObject>();
  readonly #context: UnitContext;
  readonly #options: PlayOptions;
  /** The newest known pods, by the name that claims use. */
  readonly #pods: Map<string, Pod>;
  readonly #failures = new Map<string, string>();
  readonly #settling = new Map<string, Promise<string | undefined>>();
  readonly #digests = new Map<string, string>();
  readonly #cleanUp = unitCleanUp();
  readonly #applied: KubeObject[] = [];
  readonly #nodeFor: (name: string) => string | undefined;

  constructor(unit: Unit, context: UnitContext, options: PlayOptions) {
    this.unit = unit;
    this.#context = context;
    this.#options = options;
    this.#pods = new Map(unit.existing);
    this.#nodeFor = nodePicker(unit, context.cluster);
  }

  /**
   * Performs the acts in order: does what an act says, creates its objects, and lets them settle before the next act
   * begins. An act that fails and an object that is refused become the reason why nobody can ask what is missing.
   *
   * @throws the run's abort reason only
   */
  async perform(): Promise<void> {
    const acts = this.unit.scenario.acts ?? EVERYTHING_AT_ONCE;
    for (const [index, act] of acts.entries()) {
      const broken = await this.#act(act);
      if (broken !== undefined) {
        this.#give(broken);
        return;
      }
      const objects = objectsOf(this.unit, acts, index);
      await this.#create(objects);
      if (index < acts.length - 1)
        await Promise.all(objects.map(({ metadata }) => this.settled(metadata.name)));
    }
  }

  /**
   * Waits until the pod, or all pods of the workload, have come to rest.
   *
   * @returns why it cannot be asked; undefined when it can
   */
  settled(name: string): Promise<string | undefined> {
    const wait = this.#settling.get(name) ?? this.#settle(name);
    this.#settling.set(name, wait);
    return wait;
  }

  /** What a claim or an act sees of the unit. */
  sceneParts(recorder: Recorder, deadline: Deadline): SceneParts {
    const { kube, cluster, runId, turnstile } = this.#context;
    const own = { ...this.#options, recorder, deadline, pods: this.#pods };
    return { kube, cluster, runId, turnstile, ...own };
  }

  /** For one observation or act of the unit. A unit on one of many nodes keeps less of what was said. */
  newRecorder(): Recorder {
    return createRecorder(this.unit.planned.node === undefined ? {} : { maxText: NODE_TEXT });
  }

  /** The pod as it was when it settled. */
  pod(name: string): Pod | undefined {
    return this.#pods.get(name);
  }

  /** Takes back what the acts did. Never rejects. @returns what could not be taken back */
  takeBack(): Promise<readonly string[]> {
    return this.#cleanUp.run((deadline) => createScene(this.sceneParts(this.newRecorder(), deadline)));
  }

  /** @returns why the act failed */
  async #act({ what, does }: Act): Promise<string | undefined> {
    if (does === undefined) return undefined;
    const { signal, sink, codeStopped } = this.#context;
    const recorder = this.newRecorder();
    const startedAt = systemClock.now();
    const stop = AbortSignal.any([signal, codeStopped(this.unit.scenario.folder)]);
    const deadline = Deadline.in(ACT_MS, what, stop);
    const stage = createStage({
      ...this.sceneParts(recorder, deadline),
      digests: this.#digests,
      nodeFor: this.#nodeFor,
      later: (undoes, undo) => this.#cleanUp.register(undoes, undo),
    });
    const doing = async (): Promise<void> => deadline.race(callAuthor(() => does(stage)));
    const failed = await doing().then(() => undefined, describeError);
    signal.throwIfAborted();
    const ms = Math.round(systemClock.now() - startedAt);
    const error = failed === undefined ? {} : { error: failed };
    sink.emit({ type: 'acted', unit: this.unit.planned, what, evidence: recorder.evidence, ms, ...error });
    return failed === undefined ? undefined : `${what}: ${failed}`;
  }

  /** What does not exist yet never will. */
  #give(why: string): void {
    for (const { metadata } of this.unit.objects)
      if (!this.created.has(metadata.name)) this.#failures.set(metadata.name, why);
  }

  async #create(objects: readonly KubeObject[]): Promise<void> {
    const { runId, cluster, keepManifests } = this.#context;
    const { scenario, mutant } = this.unit.planned;
    const placement = {
      ...this.#options,
      runId,
      // Without the node: a label has 63 letters, and the pod says itself where it is.
      unit: mutant === undefined ? scenario : `${scenario}.${mutant}`,
      image: cluster.workloadImage,
      nodeFor: this.#nodeFor,
      digests: this.#digests,
    };
    const prepared = objects.map((object) => prepareObject(object, placement));
    this.#applied.push(...prepared);
    keepManifests(nameOf(this.unit), this.#applied);
    await Promise.all(prepared.map((object) => this.#createOne(object)));
  }

  async #createOne(object: KubeObject): Promise<void> {
    const { kube, signal } = this.#context;
    const { name } = object.metadata;
    try {
      const deadline = Deadline.in(CALL_MS, `creating ${object.kind} ${name}`, signal);
      this.created.set(name, await kube.create(object, deadline));
    } catch (error) {
      signal.throwIfAborted();
      this.#failures.set(name, describeError(error));
    }
  }

  async #settle(name: string): Promise<string | undefined> {
    const object = this.created.get(name);
    const existing = this.unit.existing.get(name);
    if (object === undefined)
      return existing === undefined ? this.#failures.get(name) : this.#settleExisting(name, existing);
    const startedAt = systemClock.now();
    const report = (pod: Pod | undefined, state: string): void =>
      this.#context.sink.emit({
        type: 'pod.settled',
        unit: this.unit.planned,
        pod: pod?.metadata.name ?? name,
        node: pod?.spec.nodeName ?? null,
        state,
        ms: Math.round(systemClock.now() - startedAt),
      });
    try {
      for (const pod of await this.#settledPods(object)) {
        if (isPod(object)) this.#pods.set(name, pod);
        report(pod, describePodState(podState(pod)));
      }
      return undefined;
    } catch (error) {
      report(undefined, describeError(error));
      return describeError(error);
    }
  }

  async #settleExisting(name: string, pod: Pod): Promise<string | undefined> {
    const { kube, signal } = this.#context;
    const deadline = Deadline.in(SETTLE_MS, `pod ${pod.metadata.name} to come to rest`, signal);
    try {
      this.#pods.set(name, await atRest(kube, pod, deadline));
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  }

  async #settledPods(object: KubeObject): Promise<readonly Pod[]> {
    const { board, signal } = this.#context;
    const { name, namespace = '', uid = '' } = object.metadata;
    const deadline = Deadline.in(SETTLE_MS, `${object.kind} ${name} to come to rest`, signal);
    if (isPod(object)) return [(await board.settled(uid, deadline)).pod];
    if (podPartOf(object) === undefined) return [];
    return board.settledAll({ namespace, workload: name }, replicasOf(object), deadline);
  }
}

/** What an act creates; the first one also creates all that no act names. */
function objectsOf(unit: Unit, acts: readonly Act[], index: number): readonly KubeObject[] {
  const named = new Set(acts.flatMap(({ creates = [] }) => creates));
  const own = new Set(acts[index]?.creates);
  return unit.objects.filter(
    ({ metadata }) => own.has(metadata.name) || (index === 0 && !named.has(metadata.name)),
  );
}
