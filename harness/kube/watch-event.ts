import { InfrastructureError } from '../core/errors.ts';
import type { Pod } from '../core/kube.ts';
import { refusal, type Question } from './api-errors.ts';
import { parseStatus } from './api-status.ts';
import { isRecord, textField } from './json-shape.ts';
import { isObject, isPod } from './parse-object.ts';

export type WatchEvent =
  | { readonly kind: 'changed' | 'deleted'; readonly pod: Pod; readonly version: string }
  | { readonly kind: 'bookmark'; readonly version: string };

/**
 * One line of a watch on pods. The server reports its own troubles as a line too, with HTTP status 200.
 *
 * @throws InfrastructureError API_GONE when the watch must start from a new list; API_… for other troubles
 */
export function parseWatchEvent(line: unknown, asked: Question): WatchEvent {
  const type = textField(line, 'type');
  const object = isRecord(line) ? line['object'] : undefined;
  if (type === 'ERROR') throw refusal(asked, parseStatus(object)?.code ?? 500, object);
  const version = textField(isRecord(object) ? object['metadata'] : undefined, 'resourceVersion');
  if (type === 'BOOKMARK' && version !== undefined) return { kind: 'bookmark', version };
  const kind = type === 'DELETED' ? 'deleted' : 'changed';
  const isChange = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
  if (isChange && version !== undefined && isObject(object) && isPod(object)) {
    return { kind, pod: object, version };
  }
  throw new InfrastructureError(
    'API_UNEXPECTED_ANSWER',
    `${asked.method} ${asked.url}: not a watch event of a pod: ${(JSON.stringify(line) ?? '').slice(0, 200)}`,
  );
}
