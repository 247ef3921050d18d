import type { Deadline } from '../core/deadline.ts';
import type { KubeClient, Pod } from '../core/kube.ts';
import { describePodState, podState, type PodState } from '../probes/pod-state.ts';

/** The newest known state of all pods of a run, fed by one watch for all of them. */
export interface PodBoard {
  get(uid: string): Pod | undefined;
  /**
   * Waits until the pod has come to rest: running, refused, unschedulable or ended.
   * @throws TimeoutError with the last state seen; the watch's error when it broke
   */
  settled(
    uid: string,
    deadline: Deadline,
  ): Promise<{ readonly pod: Pod; readonly state: Exclude<PodState, { kind: 'moving' }> }>;
  /** Waits until the pod does not exist any more. @throws TimeoutError */
  gone(uid: string, deadline: Deadline): Promise<void>;
  /** Rejects when the watch broke for good; never resolves otherwise. */
  readonly broken: Promise<never>;
}

/** How long the API server may be unreachable before the run gives up. */
const GIVE_UP_MS = 20_000;

/** Starts the watch; it ends with `signal`. */
export function watchBoard(kube: KubeClient, labelSelector: string, signal: AbortSignal): PodBoard {
  const pods = new Map<string, Pod>();
  const deleted = new Set<string>();
  const listeners = new Set<() => void>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);

  kube
    .watchPods(labelSelector, {
      signal,
      giveUpMs: GIVE_UP_MS,
      onChange({ kind, pod }) {
        const uid = pod.metadata.uid ?? '';
        if (kind === 'deleted') deleted.add(uid);
        pods.set(uid, pod);
        for (const listener of [...listeners]) listener();
      },
    })
    .catch((error: unknown) => broken.reject(error));

  const when = async <T>(look: () => T | undefined, deadline: Deadline, seen: () => string): Promise<T> => {
    const found = look();
    if (found !== undefined) return found;
    const { promise, resolve } = Promise.withResolvers<T>();
    const listener = (): void => {
      const value = look();
      if (value !== undefined) resolve(value);
    };
    listeners.add(listener);
    try {
      return await deadline.race(Promise.race([promise, broken.promise]), seen);
    } finally {
      listeners.delete(listener);
    }
  };

  return {
    get: (uid) => pods.get(uid),
    broken: broken.promise,
    settled: (uid, deadline) =>
      when(
        () => {
          const pod = pods.get(uid);
          if (pod === undefined) return undefined;
          const state = podState(pod);
          return state.kind === 'moving' ? undefined : { pod, state };
        },
        deadline,
        () => describeSeen(pods.get(uid)),
      ),
    gone: async (uid, deadline) => {
      await when(
        () => (deleted.has(uid) ? true : undefined),
        deadline,
        () => 'the pod is still there',
      );
    },
  };
}

function describeSeen(pod: Pod | undefined): string {
  return pod === undefined ? 'not in the watch yet' : describePodState(podState(pod));
}
