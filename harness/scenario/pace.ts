import type { EventSink } from '../core/events.ts';

/** How fast the cluster brings pods to rest. */
export interface Pace {
  /** Hands everything on. */
  readonly sink: EventSink;
  /** Whether the last pods took so long that fewer should start at a time. */
  readonly isSlow: () => boolean;
}

/** A pod takes two or three seconds, and six when eight units begin at once on two cores. */
const SLOW_MS = 12_000;
/** So many of the last ones are asked; one pod alone may wait for its image. */
const LAST = 9;

/**
 * Watches how long pods take to come to rest. Only those that run count: one that cannot be scheduled or is refused
 * is at rest sooner, or later, for other reasons.
 */
export function watchPace(next: EventSink): Pace {
  const last: number[] = [];
  return {
    sink: {
      emit(event) {
        if (event.type === 'pod.settled' && event.state === 'running') {
          last.push(event.ms);
          if (last.length > LAST) last.shift();
        }
        next.emit(event);
      },
    },
    isSlow: () => last.length === LAST && median(last) > SLOW_MS,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
