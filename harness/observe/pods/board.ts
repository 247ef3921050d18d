import { systemClock } from '../../core/clock.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { KubeClient, Pod } from '../../core/kube.ts';

/** What is known of one pod. */
export interface BoardEntry {
  readonly pod: Pod;
  readonly deleted: boolean;
}

/** The newest known state of all pods of the run, fed by one watch. */
export interface Board {
  get(uid: string): BoardEntry | undefined;
  /**
   * Settles at the next change of the pod, or after `atMostMs`.
   * @throws the deadline's error or abort reason; the watch's error when it broke for good
   */
  next(uid: string, atMostMs: number, deadline: Deadline): Promise<void>;
  /** Rejects when the watch broke for good; never resolves. */
  readonly broken: Promise<never>;
}

/** How long the API server may be unreachable before the run gives up. */
const GIVE_UP_MS = 20_000;

/** Starts the watch; it ends with `signal`. */
export function watchBoard(kube: KubeClient, labelSelector: string, signal: AbortSignal): Board {
  const entries = new Map<string, BoardEntry>();
  const listeners = new Map<string, Set<() => void>>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  kube
    .watchPods(labelSelector, {
      signal,
      giveUpMs: GIVE_UP_MS,
      onChange({ kind, pod }) {
        const uid = pod.metadata.uid ?? '';
        entries.set(uid, { pod, deleted: kind === 'deleted' });
        for (const listener of listeners.get(uid) ?? []) listener();
      },
    })
    .catch((error: unknown) => broken.reject(error));
  return {
    get: (uid) => entries.get(uid),
    broken: broken.promise,
    async next(uid, atMostMs, deadline) {
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const ours = listeners.get(uid) ?? new Set();
      listeners.set(uid, ours.add(resolve));
      const woken = new AbortController();
      const slept = systemClock.sleep(atMostMs, woken.signal).catch(() => undefined);
      try {
        await deadline.race(Promise.race([changed, slept, broken.promise]), () => 'no change of the pod');
      } finally {
        ours.delete(resolve);
        woken.abort();
      }
    },
  };
}
