import type { Json } from '../core/json.ts';
import type { KubeObject, Pod } from '../core/kube.ts';
import type { PodUnderTest, Scene, Stage, VariantUnderTest, WorkloadUnderTest } from '../core/under-test.ts';
import type { Mutant } from './mutant-types.ts';

/** A folder under `scenarios/`: a manifest anyone can `kubectl apply`, and what must be seen after that. */
export interface Scenario {
  /** Unique, lower case with dashes; also the name on the command line. */
  readonly id: string;
  /** One sentence for lists: what a reader learns here. */
  readonly title: string;
  /** Where the article speaks of it. */
  readonly article: { readonly heading: string; readonly lines: LineRange };
  /** Words for `--only`. */
  readonly tags?: readonly string[];
  /** What the cluster must offer; otherwise every claim is skipped with a reason that says so. */
  readonly requires?: Requirements & Powers;
  /**
   * Which node a pod goes to. Pods that are not named go to `A`; workloads that are not named go where the scheduler
   * puts them. Two letters mean two different nodes; which ones, differs from scenario to scenario.
   */
  readonly place?: Readonly<Record<string, 'A' | 'B'>>;
  /** Things of the node that only one unit may use at a time, such as `hostPort 9000/TCP`. */
  readonly locks?: readonly string[];
  /** What happens before pods are created, in this order. Without acts everything is created at once. */
  readonly acts?: readonly Act[];
  /** Replicas of workloads that depend on how many nodes take pods; the manifest's number is that of two. */
  readonly replicas?: Readonly<Record<string, (nodes: number) => number>>;
  /** Pods that are in the cluster already, by the name that claims use. */
  readonly existing?: Readonly<Record<string, ExistingPod>>;
  /** Subjects and controls that are no objects of the cluster, by the name that claims use. */
  readonly variants?: Readonly<Record<string, Json>>;
  /** Pods of the manifest that exist only while they take a subject's place in a mutant. */
  readonly standIns?: readonly string[];
  readonly claims: readonly Claim[];
  readonly mutants: readonly Mutant[];
}

/** First and last line of the article, blank lines counted, the title being line 1. */
export type LineRange = readonly [first: number, last: number];

export interface Requirements {
  readonly schedulableNodes?: number;
  /** The container runtime offers user namespaces (`hostUsers: false`) on every node that takes pods. */
  readonly userNamespaces?: boolean;
  /** Somebody outside of all nodes (`scene.outsider`). */
  readonly outsider?: true;
  /** A registry that every node pulls from (`stage.registry`). */
  readonly registry?: true;
  /** A node of the control plane that takes commands (`scene.controlPlane`). */
  readonly controlPlane?: true;
}

/** What a scenario does to its nodes, each with the reason. What it does without saying so is refused. */
export interface Powers {
  /** Set when manifest or mutants have a privileged container. */
  readonly privileged?: string;
  /** Folders of the node that manifest or mutants mount: `{ '/dev': 'why' }`. */
  readonly hostPath?: Readonly<Record<string, string>>;
}

/** One step of a scenario that happens in steps. */
export interface Act {
  /** What is done, in words, for the report. */
  readonly what: string;
  /** Done before the objects are created. What it makes, it takes back with `stage.later`. */
  readonly does?: (stage: Stage) => Promise<void>;
  /** Objects of the manifest that are created now; all others are created in the first act. */
  readonly creates?: readonly string[];
}

/** A pod that podproof did not create and only looks at. */
export interface ExistingPod {
  readonly namespace: string;
  /** Of several that fit, the first by name counts. Gets all pods of the namespace too, for what only they tell. */
  readonly find: (pod: Pod, all: readonly Pod[]) => boolean;
  /** Why there may be none: the claims about it are skipped with this reason. */
  readonly otherwise: string;
}

/** What kind of thing a claim is about. */
interface Subjects {
  readonly pod: PodUnderTest;
  readonly workload: WorkloadUnderTest;
  readonly variant: VariantUnderTest;
}

/** What a claim says and where from, whatever it is about. */
interface Statement {
  readonly id: string;
  /** A full sentence with MUST. */
  readonly must: string;
  readonly source: { readonly lines: LineRange; readonly sentence: string };
  /** Set when the article's own sentence is wrong or only half true: what it gets wrong, in one sentence. */
  readonly correction?: string;
  readonly requires?: Requirements;
  readonly subject: string;
  readonly control: string;
  /** Other pods and workloads of the manifest that must be there when it is observed. */
  readonly partners?: readonly string[];
  /**
   * The fields in which subject and control differ, if more than two: the paths, each with a reason why it does not
   * explain the observation.
   */
  readonly alsoDiffers?: Readonly<Record<string, string>>;
  /**
   * When the subject can be asked: `running` (default) needs started containers; `settled` takes any state that
   * does not change by itself any more, such as a refusal of the kubelet. Pods of workloads need only be settled.
   */
  readonly when?: 'running' | 'settled';
}

/**
 * One sentence that must be true, and how to find out. Subject and control are two things that differ only in the
 * field under test: the control must show the opposite, otherwise the observation proves nothing.
 *
 * @typeParam T what is observed; it is written to a file and read back before anybody judges it
 * @typeParam K what it is observed of
 */
export interface ClaimAbout<K extends keyof Subjects, T extends Json = Json> extends Statement {
  /** Asked of the subject and of the control alike. Throwing means "could not tell". */
  observe(subject: Subjects[K], scene: Scene): Promise<T>;
  /** The observation in a few words, for the table. */
  show(seen: NoInfer<T>): string;
  readonly subjectShows: Expectation<NoInfer<T>>;
  readonly controlShows: Expectation<NoInfer<T>>;
}

/** A claim of any kind; `about` says of which. */
export type Claim = { readonly [K in keyof Subjects]: ClaimAbout<K> & { readonly about: K } }[keyof Subjects];

export interface Expectation<T extends Json = Json> {
  /** What is expected, in words, as the end of the sentence "it should show …". */
  readonly text: string;
  holds(seen: T): boolean;
  /** A reason when the observation fits neither the claim nor its opposite, such as a time-out instead of a refusal. */
  unclear?(seen: T): string | undefined;
}

/** A scenario together with its files, read and validated. */
export interface LoadedScenario extends Scenario {
  readonly folder: string;
  readonly manifestFile: string;
  /** The manifest's documents, as written. */
  readonly objects: readonly KubeObject[];
}
