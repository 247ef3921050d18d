import { stringify } from 'yaml';
import type { ForeignObject } from '../../core/submission.ts';

/** An object as `kubectl apply` takes it. */
export function objectText(object: ForeignObject): string {
  return stringify(object);
}
