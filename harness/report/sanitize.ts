import type { NewRunEvent } from '../core/events.ts';
import { sanitizeValue } from '../core/sanitize-value.ts';

/** A copy of the event with `sanitizeValue` done to every field of it. */
export function sanitizeEvent<E extends NewRunEvent>(event: E): E {
  const copy = { ...event };
  for (const [key, value] of Object.entries(copy)) Reflect.set(copy, key, sanitizeValue(value));
  return copy;
}
