import { readFileSync } from 'node:fs';
import { isRecord } from '../core/json.ts';

type TypeName = string;
type FieldTypes = Readonly<Record<string, TypeName>>;

export interface KnownFields {
  readonly source: string;
  readonly types: Readonly<Record<TypeName, FieldTypes>>;
}

/** The kinds a manifest may contain, with the name of their type in the generated table. */
const KINDS: Readonly<Record<string, { readonly apiVersion: string; readonly type: TypeName }>> = {
  Pod: { apiVersion: 'v1', type: 'V1Pod' },
  Service: { apiVersion: 'v1', type: 'V1Service' },
  ConfigMap: { apiVersion: 'v1', type: 'V1ConfigMap' },
  Deployment: { apiVersion: 'apps/v1', type: 'V1Deployment' },
  DaemonSet: { apiVersion: 'apps/v1', type: 'V1DaemonSet' },
};

export type Path = readonly (string | number)[];
export interface FieldProblem {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** The generated table (see scripts/generate/known-fields.ts). */
export function loadKnownFields(): KnownFields {
  return JSON.parse(readFileSync(new URL('./known-fields.json', import.meta.url), 'utf8')) as KnownFields;
}

/**
 * Compares an object with the fields Kubernetes knows: misspelt names (with a guess what was meant) and values of
 * the wrong type. The server checks strictly again later; this finds the mistakes before a cluster is started.
 */
export function checkFields(object: unknown, known: KnownFields): readonly FieldProblem[] {
  if (!isRecord(object)) return [{ path: [], message: 'not an object' }];
  const kind = String(object['kind']);
  const entry = KINDS[kind];
  if (entry === undefined) {
    return [
      {
        path: ['kind'],
        message: `kind ${JSON.stringify(object['kind'] ?? null)} is not allowed in a scenario.`,
        hint: `Allowed: ${Object.keys(KINDS).join(', ')}.`,
      },
    ];
  }
  if (object['apiVersion'] !== entry.apiVersion) {
    return [
      {
        path: ['apiVersion'],
        message: `a ${kind} has apiVersion ${entry.apiVersion}, not ${JSON.stringify(object['apiVersion'] ?? null)}.`,
      },
    ];
  }
  const problems: FieldProblem[] = [];
  const walk = (value: unknown, type: TypeName, path: Path): void => {
    const inner = /^Array<(.+)>$/.exec(type)?.[1];
    const fields = known.types[type];
    if (inner !== undefined) {
      if (!Array.isArray(value)) problems.push(wrongType(path, 'a list', value));
      else value.forEach((item, index) => walk(item, inner, [...path, index]));
    } else if (fields !== undefined) {
      if (!isRecord(value)) problems.push(wrongType(path, 'an object', value));
      else for (const [name, child] of Object.entries(value)) visit(fields, name, child, path);
    } else {
      const wanted = mismatch(value, type);
      if (wanted !== undefined) problems.push(wrongType(path, wanted, value));
    }
  };
  const visit = (fields: FieldTypes, name: string, child: unknown, path: Path): void => {
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (type !== undefined) walk(child, type, [...path, name]);
    else problems.push(unknownField([...path, name], kind, Object.keys(fields)));
  };
  walk(object, entry.type, []);
  return problems;
}

function unknownField(path: Path, kind: string, candidates: readonly string[]): FieldProblem {
  const name = String(path.at(-1));
  const parent = [kind, ...path.slice(0, -1)].join('.');
  const [nearest] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const close = nearest !== undefined && nearest.distance <= Math.max(2, name.length / 4);
  return {
    path,
    message: `unknown field "${name}" in ${parent}.`,
    ...(close ? { hint: `Did you mean "${nearest.candidate}"?` } : {}),
  };
}

function wrongType(path: Path, wanted: string, value: unknown): FieldProblem {
  return {
    path,
    message: `${path.join('.')} must be ${wanted}, not ${JSON.stringify(value)?.slice(0, 60) ?? 'nothing'}.`,
  };
}

/** What the type wants, if the value is something else. */
function mismatch(value: unknown, type: TypeName): string | undefined {
  switch (type) {
    case 'string':
    case 'Date':
      return typeof value === 'string' ? undefined : 'text (quote it)';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false (without quotes)';
    case 'number':
      return typeof value === 'number' ? undefined : 'a number';
    case 'IntOrString':
      return typeof value === 'number' || typeof value === 'string' ? undefined : 'a number or text';
    case '{ [key: string]: string; }':
      return isRecord(value) &&
        Object.values(value).every((item) => typeof item === 'string' || typeof item === 'number')
        ? undefined
        : 'a map of texts';
    default:
      return undefined;
  }
}

/** Levenshtein distance; the words are field names, so the cost does not matter. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
