import type { EventSink } from '../core/events.ts';

/**
 * One sink that hands every event to all of them, in order. A sink that breaks its promise and throws is told to
 * `onBroken` once and left out from then on: the others, the journal above all, must not miss an event for it.
 */
export function fanOut(
  sinks: readonly EventSink[],
  onBroken: (error: unknown) => void = () => undefined,
): EventSink {
  const broken = new Set<EventSink>();
  return {
    emit(event) {
      for (const sink of sinks) {
        if (broken.has(sink)) continue;
        try {
          sink.emit(event);
        } catch (error) {
          broken.add(sink);
          onBroken(error);
        }
      }
    },
  };
}
