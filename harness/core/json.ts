/** What survives a trip through a file. Observations are made of it, so that a stored run can be judged again. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An object with fields: no list, not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
