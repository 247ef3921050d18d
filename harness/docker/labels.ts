import type { Labels } from './engine-port.ts';

/** The filter of Docker's list calls; an empty value asks for the label's presence only. */
export function labelFilters(labels: Labels): { readonly label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`)) };
}
