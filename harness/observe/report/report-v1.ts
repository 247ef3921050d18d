import type { Evidence } from '../../core/observation.ts';
import type { Danger } from '../findings/danger.ts';
import type { Finding } from '../findings/findings.ts';
import type { PodSecurity } from '../looking/pod-security.ts';
import type { Origin } from '../manifests/sort-documents.ts';
import type { ContainerRole } from '../pods/container-states.ts';
import type { Judge } from '../pods/ruling.ts';

/** What `podproof observe --json` prints. Fields are only added within schema 1; texts may change at any time. */
export interface ObserveReportV1 {
  readonly schema: 1;
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly podproof: string;
    readonly argv: readonly string[];
  };
  readonly cluster: {
    readonly name: string;
    readonly provider: string;
    readonly nodes: readonly string[];
    readonly reused: boolean;
    /** Versions of Kubernetes, containerd, kind, the kernel. */
    readonly facts: Readonly<Record<string, string>>;
  } | null;
  /** In the order of the input. */
  readonly pods: readonly PodReportV1[];
  /** Everything in the input that is no pod, and what could not be read. */
  readonly notObserved: readonly NotObservedV1[];
  readonly counts: {
    readonly pods: number;
    readonly observed: number;
    readonly neverRuns: number;
    readonly couldNotTell: number;
  };
  readonly cleanup: { readonly leftovers: readonly string[]; readonly kept: readonly string[] };
  /** What ended the run early. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly totalMs: number;
  readonly exitCode: number;
}

export interface NotObservedV1 {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly kind: string | null;
  readonly name: string | null;
  readonly why: string;
}

/**
 * `observed`: every container was looked at, or has a reason of its own why it does not run. `never runs`: the cluster
 * refuses the pod, and says why. `could not tell`: an image is missing, time ran out, or something broke.
 */
export type OutcomeV1 =
  | { readonly kind: 'observed' }
  | { readonly kind: 'never runs'; readonly by: Judge; readonly why: string }
  | { readonly kind: 'could not tell'; readonly why: string };

export interface PodReportV1 {
  readonly origin: Origin;
  /** What was applied; null when nothing was. */
  readonly pod: { readonly namespace: string; readonly name: string; readonly node: string | null } | null;
  readonly outcome: OutcomeV1;
  /** The worst of its findings. */
  readonly danger: Danger;
  readonly podSecurity: PodSecurity;
  /** null without a control: nothing was removed, or `--no-control`. */
  readonly control: {
    /** The fields that the control lacks, as the manifest says them. */
    readonly removed: readonly string[];
    readonly outcome: OutcomeV1;
    readonly podSecurity: PodSecurity;
  } | null;
  readonly containers: readonly ContainerReportV1[];
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** What was changed before it was applied, what the server warned of, what else a reader must know. */
  readonly notes: readonly string[];
  /** Every command that was run to find out; only with `--verbose`. */
  readonly evidence?: readonly Evidence[];
  readonly ms: number;
}

export interface ContainerReportV1 {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image: string;
  /** Set where `--substitute-image` put the workload image in. */
  readonly substituted: {
    readonly command: 'kept' | 'replaced' | 'replaced by a server';
    /** Set where the manifest demands a user other than root and leaves it to the image, which nobody knows. */
    readonly asUser: number | null;
  } | null;
  readonly outcome: OutcomeV1;
  /** `process`: read from the living process; `runtime record`: it was gone, and this is what the runtime was told. */
  readonly source: 'process' | 'runtime record' | null;
}
