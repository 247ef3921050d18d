import type { ForeignObject } from '../core/submission.ts';

/** Foreign manifests may have anything anywhere. These look without ever assuming. */
export function isRecord(value: unknown): value is ForeignObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field as an object; an empty one when it is something else. */
export function recordAt(value: unknown, field: string): ForeignObject {
  const found = isRecord(value) ? value[field] : undefined;
  return isRecord(found) ? found : {};
}

/** The objects in a list; what is no list has none. */
export function recordsAt(value: unknown, field: string): readonly ForeignObject[] {
  const found = isRecord(value) ? value[field] : undefined;
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** The field if it is a text with something in it. */
export function textAt(value: unknown, field: string): string | undefined {
  const found = isRecord(value) ? value[field] : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function numberAt(value: unknown, field: string): number | undefined {
  const found = isRecord(value) ? value[field] : undefined;
  return typeof found === 'number' ? found : undefined;
}

/** The texts in a list; everything else in it is left out. */
export function textsAt(value: unknown, field: string): readonly string[] {
  const found = isRecord(value) ? value[field] : undefined;
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

/** The object without some of its fields. */
export function without(object: ForeignObject, ...fields: readonly string[]): ForeignObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

/** True for an object that has no field, such as what is left of a securityContext. */
export function isEmpty(object: ForeignObject): boolean {
  return Object.keys(object).length === 0;
}
