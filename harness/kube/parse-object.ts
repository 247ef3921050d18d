import { InfrastructureError } from '../core/errors.ts';
import type { KubeObject, ObjectEvent, Pod } from '../core/kube.ts';
import type { Question } from './api-errors.ts';
import { isRecord, textField } from './json-shape.ts';

/** @throws InfrastructureError API_UNEXPECTED_ANSWER when it is not an API object */
export function parseObject(body: unknown, asked: Question): KubeObject {
  if (isObject(body)) return body;
  throw unexpected(asked, 'an object with apiVersion, kind and metadata.name', body);
}

/** A page of a list. Its items carry neither apiVersion nor kind, so both are filled in. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string | undefined;
  readonly next: string | undefined;
}

/** @throws InfrastructureError API_UNEXPECTED_ANSWER */
export function parsePage(body: unknown, asked: Question): Page {
  const items = isRecord(body) ? body['items'] : undefined;
  const kind = textField(body, 'kind')?.replace(/List$/, '');
  const apiVersion = textField(body, 'apiVersion');
  // Go writes an empty list as null where nothing was allocated.
  if (!isRecord(body) || kind === undefined || (!Array.isArray(items) && items !== null)) {
    throw unexpected(asked, 'a list', body);
  }
  return {
    items: (items ?? []).map((item: unknown) =>
      parseObject(isRecord(item) ? { apiVersion, kind, ...item } : item, asked),
    ),
    resourceVersion: textField(body['metadata'], 'resourceVersion'),
    next: textField(body['metadata'], 'continue'),
  };
}

export function isPod(object: KubeObject): object is Pod {
  const { kind, spec } = object;
  return kind === 'Pod' && isRecord(spec) && Array.isArray(spec['containers']);
}

export function isObject(value: unknown): value is KubeObject {
  return (
    isRecord(value) &&
    textField(value, 'kind') !== undefined &&
    textField(value, 'apiVersion') !== undefined &&
    textField(value['metadata'], 'name') !== undefined
  );
}

/** The readable part of an Event, in the old and the new form of its fields. */
export function toObjectEvent(event: KubeObject): ObjectEvent {
  const { count, series, source } = event;
  const repeated = typeof count === 'number' ? count : isRecord(series) ? Number(series['count']) : 1;
  return {
    type: textField(event, 'type') ?? 'Normal',
    reason: textField(event, 'reason') ?? '',
    message: textField(event, 'message') ?? '',
    source: textField(source, 'component') ?? textField(event, 'reportingComponent') ?? '',
    count: Number.isFinite(repeated) ? repeated : 1,
  };
}

/** When it was last seen, for sorting. ISO 8601, or '' */
export function timeOfEvent(event: KubeObject): string {
  return (
    textField(event, 'lastTimestamp') ??
    textField(event['series'], 'lastObservedTime') ??
    textField(event, 'eventTime') ??
    event.metadata.creationTimestamp ??
    ''
  );
}

function unexpected(asked: Question, wanted: string, got: unknown): InfrastructureError {
  const seen = (typeof got === 'string' ? got : JSON.stringify(got)).slice(0, 200);
  return new InfrastructureError(
    'API_UNEXPECTED_ANSWER',
    `${asked.method} ${asked.url}: expected ${wanted}, got ${seen}`,
  );
}
