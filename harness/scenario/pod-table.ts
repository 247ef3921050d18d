import type { Deadline } from '../core/deadline.ts';
import type { KubeClient, Pod } from '../core/kube.ts';

/** The newest known state of all pods of a run, fed by one watch for all of them. */
export interface PodTable {
  get(uid: string): Pod | undefined;
  isDeleted(uid: string): boolean;
  /** All pods that still exist. */
  all(): readonly Pod[];
  /**
   * Waits until `look` finds something; it is asked again after every change.
   * @throws TimeoutError with what `seen` says; the watch's error when it broke
   */
  until<T>(look: () => T | undefined, deadline: Deadline, seen: () => string): Promise<T>;
  /** Rejects when the watch broke for good; never resolves otherwise. */
  readonly broken: Promise<never>;
}

/** How long the API server may be unreachable before the run gives up. */
const GIVE_UP_MS = 20_000;
/** Deleted pods whose last state can still be told. */
const REMEMBERED = 200;

/** Starts the watch; it ends with `signal`. */
export function watchTable(kube: KubeClient, labelSelector: string, signal: AbortSignal): PodTable {
  const pods = new Map<string, Pod>();
  const deleted = new Set<string>();
  const gone: string[] = [];
  const listeners = new Set<() => void>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  kube
    .watchPods(labelSelector, {
      signal,
      giveUpMs: GIVE_UP_MS,
      onChange({ kind, pod }) {
        const uid = pod.metadata.uid ?? '';
        pods.set(uid, pod);
        if (kind === 'deleted') {
          deleted.add(uid);
          gone.push(uid);
          // A run over many nodes has more pods than anybody wants to remember.
          if (gone.length > REMEMBERED) pods.delete(gone.shift() ?? '');
        }
        for (const listener of [...listeners]) listener();
      },
    })
    .catch((error: unknown) => broken.reject(error));
  return {
    get: (uid) => pods.get(uid),
    isDeleted: (uid) => deleted.has(uid),
    all: () => [...pods].filter(([uid]) => !deleted.has(uid)).map(([, pod]) => pod),
    broken: broken.promise,
    async until<T>(look: () => T | undefined, deadline: Deadline, seen: () => string): Promise<T> {
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
    },
  };
}
