import { isRecord } from './json-shape.ts';
import { sameQuantity } from './quantity.ts';

/** A value that was sent and is not what the server stored. */
export interface MissingLeaf {
  /** As people write it: `spec.containers[0].securityContext.privileged` */
  readonly path: string;
  readonly sent: unknown;
  /** undefined when the field is not there at all */
  readonly stored: unknown;
}

/**
 * Fields that the API types declare without a pointer and with `omitempty`: false and 0 are the same as absent for
 * them, and the server leaves them out of every answer. For all other fields (`privileged`, `runAsUser`, `hostUsers`,
 * …) an explicit false or 0 is kept, and its loss matters: a server with a disabled feature gate drops `hostUsers:
 * false` in silence. Source: k8s.io/api/core/v1/types.go and apps/v1/types.go.
 */
const ZERO_MEANS_ABSENT: ReadonlySet<string> = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'paused',
  'publishNotReadyAddresses',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
  'unschedulable',
]);

/** Below these fields values are quantities, which the server rewrites: "1000m" becomes "1". */
const QUANTITY_FIELDS: ReadonlySet<string> = new Set(['limits', 'requests', 'sizeLimit', 'divisor']);

/**
 * Every leaf of `sent` that did not survive: dropped or changed. What the server added is not looked at. An unset
 * value (null, "", {}, []) counts as sent nothing, because the server does not keep it.
 *
 * @example missingLeaves({ spec: { hostUsers: false } }, { spec: {} }) // [{ path: 'spec.hostUsers', sent: false, … }]
 */
export function missingLeaves(sent: unknown, stored: unknown): readonly MissingLeaf[] {
  return compare(sent, stored, { path: '', field: '', isQuantity: false });
}

interface Place {
  readonly path: string;
  /** The last named field on the way here. */
  readonly field: string;
  readonly isQuantity: boolean;
}

function compare(sent: unknown, stored: unknown, place: Place): readonly MissingLeaf[] {
  if (Array.isArray(sent)) {
    const items: readonly unknown[] = Array.isArray(stored) ? stored : [];
    return sent.flatMap((item: unknown, index) =>
      compare(item, items[index], { ...place, path: `${place.path}[${String(index)}]` }),
    );
  }
  if (isRecord(sent)) {
    return Object.entries(sent).flatMap(([field, value]) => {
      const there = isRecord(stored) && Object.hasOwn(stored, field) ? stored[field] : undefined;
      return compare(value, there, inside(place, field));
    });
  }
  return survived(sent, stored, place) ? [] : [{ path: place.path, sent, stored }];
}

function survived(sent: unknown, stored: unknown, place: Place): boolean {
  if (sent === stored || sent === null || sent === undefined) return true;
  if (stored === undefined) {
    return sent === '' || ((sent === false || sent === 0) && ZERO_MEANS_ABSENT.has(place.field));
  }
  return place.isQuantity && sameQuantity(sent, stored);
}

function inside(place: Place, field: string): Place {
  const word = /^[A-Za-z_][\w-]*$/.test(field) ? field : `["${field}"]`;
  const dot = place.path === '' || word.startsWith('[') ? '' : '.';
  return {
    path: place.path + dot + word,
    field,
    isQuantity: place.isQuantity || QUANTITY_FIELDS.has(field),
  };
}
