import type { Json } from '../core/json.ts';
import type { KubeObject } from '../core/kube.ts';
import type { PodUnderTest, Scene } from '../core/under-test.ts';

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
  readonly requires?: { readonly schedulableNodes?: number };
  /** Which node each pod goes to. Pods that are not named go to `A`. Two letters mean two different nodes; which ones, differs from scenario to scenario. */
  readonly place?: Readonly<Record<string, 'A' | 'B'>>;
  /** Things of the node that only one unit may use at a time, such as `hostPort 9000/TCP`. */
  readonly locks?: readonly string[];
  readonly claims: readonly Claim[];
  readonly mutants: readonly Mutant[];
}

/** First and last line of the article, blank lines counted, the title being line 1. */
export type LineRange = readonly [first: number, last: number];

/**
 * One sentence that must be true, and how to find out. Subject and control are two pods that differ only in the
 * field under test: the control must show the opposite, otherwise the observation proves nothing.
 *
 * @typeParam T what is observed; it is written to a file and read back before anybody judges it
 */
export interface Claim<T extends Json = Json> {
  readonly id: string;
  /** A full sentence with MUST. */
  readonly must: string;
  readonly source: { readonly lines: LineRange; readonly sentence: string };
  /** Set when the article's own sentence is wrong or only half true: what it gets wrong, in one sentence. */
  readonly correction?: string;
  readonly subject: string;
  readonly control: string;
  /**
   * When the pod can be asked: `running` (default) needs a started container; `settled` takes any state that
   * does not change by itself any more, such as a refusal of the kubelet.
   */
  readonly when?: 'running' | 'settled';
  /** Asked of the subject and of the control alike. Throwing means "could not tell". */
  observe(pod: PodUnderTest, scene: Scene): Promise<T>;
  /** The observation in a few words, for the table. */
  show(seen: NoInfer<T>): string;
  readonly subjectShows: Expectation<NoInfer<T>>;
  readonly controlShows: Expectation<NoInfer<T>>;
}

export interface Expectation<T extends Json = Json> {
  /** What is expected, in words, as the end of the sentence "it should show …". */
  readonly text: string;
  holds(seen: T): boolean;
  /** A reason when the observation fits neither the claim nor its opposite, such as a time-out instead of a refusal. */
  unclear?(seen: T): string | undefined;
}

/**
 * A changed subject under which the named claims must turn `contradicted`. If one still holds, the observation is
 * too weak to prove its sentence, and the run is red.
 */
export interface Mutant {
  readonly id: string;
  /** What is changed, in words. */
  readonly change: string;
  /** Ids of the claims that must fall. */
  readonly fells: readonly string[];
  /** The pod that is changed. @default the subject of the first claim it fells */
  readonly pod?: string;
  /** Gets a copy of the pod's manifest and changes it in place. */
  readonly mutate: (pod: MutablePod) => void;
}

/** A manifest that a mutant may change freely. */
export interface MutablePod {
  metadata: { name: string; [field: string]: unknown };
  spec: {
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    shareProcessNamespace?: boolean;
    securityContext?: Record<string, unknown>;
    volumes?: unknown[];
    containers: MutableContainer[];
    [field: string]: unknown;
  };
}

export interface MutableContainer {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string }[];
  ports?: { containerPort: number; hostPort?: number; hostIP?: string; protocol?: string; name?: string }[];
  securityContext?: Record<string, unknown>;
  volumeMounts?: unknown[];
  [field: string]: unknown;
}

/** A scenario together with its files, read and validated. */
export interface LoadedScenario extends Scenario {
  readonly folder: string;
  readonly manifestFile: string;
  /** The manifest's documents, as written. */
  readonly objects: readonly KubeObject[];
}
