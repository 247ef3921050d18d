import type { Pod, PodChange } from '../core/kube.ts';

/**
 * Which pods the watcher has been told about. After a gap it works out what must have happened meanwhile, so that
 * nobody goes on waiting for a pod that vanished unseen.
 */
export class PodView {
  readonly #known = new Map<string, Pod>();

  /** One event of the watch. */
  apply(kind: 'changed' | 'deleted', pod: Pod): PodChange {
    if (kind === 'deleted') this.#known.delete(keyOf(pod));
    else this.#known.set(keyOf(pod), pod);
    return { kind, pod };
  }

  /** A complete list: the pods that vanished first, then those that are new or changed. */
  replace(pods: readonly Pod[]): readonly PodChange[] {
    const present = new Set(pods.map(keyOf));
    const vanished = [...this.#known.entries()].filter(([key]) => !present.has(key)).map(([, pod]) => pod);
    const changed = pods.filter((pod) => versionOf(this.#known.get(keyOf(pod))) !== versionOf(pod));
    return [
      ...vanished.map((pod) => this.apply('deleted', pod)),
      ...changed.map((pod) => this.apply('changed', pod)),
    ];
  }
}

/** By uid: a pod that was removed and made again under its name is another pod. */
function keyOf(pod: Pod): string {
  return pod.metadata.uid ?? `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}

/** Never equal to that of an unknown pod. */
function versionOf(pod: Pod | undefined): string | undefined {
  return pod === undefined ? 'none' : (pod.metadata.resourceVersion ?? '');
}
