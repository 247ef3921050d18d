import { isSecretField, isSecretFlag } from './redact.ts';
import { sanitizeText } from './sanitize-text.ts';
import { REDACTED } from './secret-shapes.ts';

/**
 * A copy of a value made of JSON with `sanitizeText` done to every text in it, however deep, names of fields included.
 * A structure tells more than a text: a field with a telling name is hidden whatever it holds, so is the value of a
 * variable that stands beside its name, and the word of a command that follows a flag.
 */
export function sanitizeValue(value: unknown): unknown {
  if (typeof value === 'string') return sanitizeText(value);
  if (Array.isArray(value)) return sanitizeList(value);
  if (typeof value !== 'object' || value === null) return value;
  const variable = 'name' in value && typeof value.name === 'string' ? value.name : '';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      sanitizeText(key),
      typeof inner === 'string' && isSecretField(key === 'value' ? variable : key)
        ? REDACTED
        : sanitizeValue(inner),
    ]),
  );
}

function sanitizeList(list: readonly unknown[]): readonly unknown[] {
  return list.map((item, index) => {
    const before: unknown = list[index - 1];
    return typeof item === 'string' && typeof before === 'string' && isSecretFlag(before)
      ? REDACTED
      : sanitizeValue(item);
  });
}
