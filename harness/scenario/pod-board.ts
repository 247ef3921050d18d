import type { Deadline } from '../core/deadline.ts';
import type { KubeClient, Pod } from '../core/kube.ts';
import { describePodState, podState, type PodState } from '../probes/pod-state.ts';
import { watchTable } from './pod-table.ts';
import { WORKLOAD_LABEL } from './prepare.ts';

/** What units wait for: pods and workloads that come to rest or go away. */
export interface PodBoard {
  /**
   * Waits until the pod has come to rest: running, refused, unschedulable or ended.
   * @throws TimeoutError with the last state seen; the watch's error when it broke
   */
  settled(
    uid: string,
    deadline: Deadline,
  ): Promise<{ readonly pod: Pod; readonly state: Exclude<PodState, { kind: 'moving' }> }>;
  /**
   * Waits until a workload has this many pods and all of them have come to rest.
   * @throws TimeoutError with the states seen; the watch's error when it broke
   */
  settledAll(workload: WorkloadPods, count: number, deadline: Deadline): Promise<readonly Pod[]>;
  /** Waits until the pod does not exist any more. @throws TimeoutError */
  gone(uid: string, deadline: Deadline): Promise<void>;
  /** Waits until no pod of the workload exists any more. @throws TimeoutError */
  allGone(workload: WorkloadPods, deadline: Deadline): Promise<void>;
  /** Rejects when the watch broke for good; never resolves otherwise. */
  readonly broken: Promise<never>;
}

/** Which pods a workload has: where they are, and the label that names it. */
export interface WorkloadPods {
  readonly namespace: string;
  readonly workload: string;
}

/** Starts the watch; it ends with `signal`. */
export function watchBoard(kube: KubeClient, labelSelector: string, signal: AbortSignal): PodBoard {
  const table = watchTable(kube, labelSelector, signal);
  const of = ({ namespace, workload }: WorkloadPods): readonly Pod[] =>
    table
      .all()
      .filter(({ metadata }) => metadata.namespace === namespace)
      .filter(({ metadata }) => metadata.labels?.[WORKLOAD_LABEL] === workload);
  return {
    broken: table.broken,
    settled: (uid, deadline) =>
      table.until(
        () => settledPod(table.get(uid)),
        deadline,
        () => describeSeen(table.get(uid)),
      ),
    settledAll: (workload, count, deadline) =>
      table.until(
        () => settledPods(of(workload), count),
        deadline,
        () =>
          `${String(of(workload).length)} of ${String(count)} pods: ${of(workload).map(describeSeen).join('; ')}`,
      ),
    async gone(uid, deadline) {
      await table.until(
        () => (table.isDeleted(uid) ? true : undefined),
        deadline,
        () => 'the pod is still there',
      );
    },
    async allGone(workload, deadline) {
      await table.until(
        () => (of(workload).length === 0 ? true : undefined),
        deadline,
        () => `${String(of(workload).length)} pods are still there`,
      );
    },
  };
}

function settledPod(pod: Pod | undefined): Awaited<ReturnType<PodBoard['settled']>> | undefined {
  if (pod === undefined) return undefined;
  const state = podState(pod);
  return state.kind === 'moving' ? undefined : { pod, state };
}

function settledPods(pods: readonly Pod[], count: number): readonly Pod[] | undefined {
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return staying.length >= count && staying.every((pod) => settledPod(pod) !== undefined)
    ? staying
    : undefined;
}

function describeSeen(pod: Pod | undefined): string {
  return pod === undefined ? 'not in the watch yet' : describePodState(podState(pod));
}
