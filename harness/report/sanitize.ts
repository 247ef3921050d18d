import type { NewRunEvent } from '../core/events.ts';
import { isSecretField } from '../core/redact.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { REDACTED } from '../core/secret-shapes.ts';

/** A copy of the event with `sanitizeText` done to every text in it, however deep, names of fields included. */
export function sanitizeEvent<E extends NewRunEvent>(event: E): E {
  const copy = { ...event };
  for (const [key, value] of Object.entries(copy)) Reflect.set(copy, key, sanitizeDeep(value));
  return copy;
}

function sanitizeDeep(value: unknown): unknown {
  if (typeof value === 'string') return sanitizeText(value);
  if (Array.isArray(value)) return value.map(sanitizeDeep);
  if (typeof value !== 'object' || value === null) return value;
  // A variable of a container is an object with a name and a value.
  const named = 'name' in value && typeof value.name === 'string' ? value.name : '';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      sanitizeText(key),
      typeof inner === 'string' && isSecretField(key === 'value' ? named : key)
        ? REDACTED
        : sanitizeDeep(inner),
    ]),
  );
}
