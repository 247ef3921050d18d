import { readFileSync } from 'node:fs';
import { isRecord } from '../core/json.ts';
import type { FieldProblem, Path } from './fault.ts';
import { nearest } from './nearest.ts';
import { surprise } from './plain-scalars.ts';
import { clip, quoted } from './problem.ts';

type TypeName = string;
type FieldTypes = Readonly<Record<string, TypeName>>;

export interface KnownFields {
  readonly source: string;
  readonly types: Readonly<Record<TypeName, FieldTypes>>;
}

/** The kinds a manifest may contain, with the name of their type in the generated table. */
const KINDS: ReadonlyMap<string, { readonly apiVersion: string; readonly type: TypeName }> = new Map([
  ['Pod', { apiVersion: 'v1', type: 'V1Pod' }],
  ['Service', { apiVersion: 'v1', type: 'V1Service' }],
  ['ConfigMap', { apiVersion: 'v1', type: 'V1ConfigMap' }],
  ['Deployment', { apiVersion: 'apps/v1', type: 'V1Deployment' }],
  ['DaemonSet', { apiVersion: 'apps/v1', type: 'V1DaemonSet' }],
]);

/** Maps of texts in which Kubernetes also takes numbers: amounts of a resource. */
const AMOUNTS: ReadonlySet<string | number | undefined> = new Set(['limits', 'requests', 'overhead']);

const MAP_OF_TEXTS = '{ [key: string]: string; }';

/** The unquoted word that stands at a path; `undefined` where something is quoted or was never a word. */
export type PlainWord = (path: Path) => string | undefined;

/** The generated table (see scripts/generate/known-fields.ts). */
export function loadKnownFields(): KnownFields {
  return JSON.parse(readFileSync(new URL('./known-fields.json', import.meta.url), 'utf8')) as KnownFields;
}

/**
 * Compares an object with the fields Kubernetes knows: misspelt names (with a guess what was meant), values of the
 * wrong type and words that are read differently than they look. The server checks strictly again later; this finds
 * the mistakes before a cluster is started.
 */
export function checkFields(
  object: unknown,
  known: KnownFields,
  plainWord: PlainWord = () => undefined,
): readonly FieldProblem[] {
  if (!isRecord(object)) return [{ path: [], message: `must be an object, not ${quoted(object)}.` }];
  const kind = object['kind'];
  const entry = typeof kind === 'string' ? KINDS.get(kind) : undefined;
  if (entry === undefined) {
    return [
      {
        path: ['kind'],
        message: `kind ${quoted(kind ?? null)} is not allowed in a scenario.`,
        hint: `Allowed: ${[...KINDS.keys()].join(', ')}.`,
      },
    ];
  }
  if (object['apiVersion'] !== entry.apiVersion) {
    return [
      {
        path: ['apiVersion'],
        message: `a ${String(kind)} has apiVersion ${entry.apiVersion}, not ${quoted(object['apiVersion'] ?? null)}.`,
      },
    ];
  }
  return walk(object, entry.type, [], { known, kind: String(kind), plainWord });
}

interface Knowledge {
  readonly known: KnownFields;
  readonly kind: string;
  readonly plainWord: PlainWord;
}

function walk(value: unknown, type: TypeName, path: Path, knowledge: Knowledge): readonly FieldProblem[] {
  const inner = /^Array<(.+)>$/.exec(type)?.[1];
  if (inner !== undefined) {
    if (!Array.isArray(value)) return [wrongType(path, 'a list', value)];
    return value.flatMap((item, index) => walk(item, inner, [...path, index], knowledge));
  }
  const fields = knowledge.known.types[type];
  if (fields === undefined && type !== MAP_OF_TEXTS) return checkLeaf(value, type, path, knowledge);
  if (!isRecord(value))
    return [wrongType(path, fields === undefined ? 'a map of texts' : 'an object', value)];
  return Object.entries(value).flatMap(([name, child]) => {
    const below = [...path, name];
    if (fields === undefined) return checkEntry(child, below, knowledge);
    const typeOfChild = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeOfChild === undefined
      ? [unknownField(below, knowledge.kind, Object.keys(fields))]
      : walk(child, typeOfChild, below, knowledge);
  });
}

function checkEntry(value: unknown, path: Path, knowledge: Knowledge): readonly FieldProblem[] {
  const isAmount = AMOUNTS.has(path.at(-2)) && typeof value === 'number' && Number.isFinite(value);
  return isAmount ? [] : checkLeaf(value, 'string', path, knowledge);
}

function checkLeaf(
  value: unknown,
  type: TypeName,
  path: Path,
  { plainWord }: Knowledge,
): readonly FieldProblem[] {
  const wanted = LEAVES.get(type);
  if (wanted === undefined) return [];
  const source = plainWord(path);
  for (const each of wanted.surprises) {
    const found = source === undefined ? undefined : surprise(each, source, value);
    if (found !== undefined) return [{ ...found, path, message: `${nameOf(path)} ${found.message}` }];
  }
  return wanted.fits(value) ? [] : [wrongType(path, wanted.words, value)];
}

interface Leaf {
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
  readonly surprises: readonly ('text' | 'number' | 'boolean')[];
}

const isText = (value: unknown): boolean => typeof value === 'string';

const LEAVES: ReadonlyMap<TypeName, Leaf> = new Map<TypeName, Leaf>([
  ['string', { words: 'text (quote it)', fits: isText, surprises: ['text'] }],
  ['Date', { words: 'text (quote it)', fits: isText, surprises: ['text'] }],
  [
    'boolean',
    {
      words: 'true or false (without quotes)',
      fits: (value) => typeof value === 'boolean',
      surprises: ['boolean'],
    },
  ],
  ['number', { words: 'a whole number', fits: Number.isSafeInteger, surprises: ['number'] }],
  [
    'IntOrString',
    {
      words: 'a whole number or text',
      fits: (value) => Number.isSafeInteger(value) || isText(value),
      surprises: ['number'],
    },
  ],
]);

function unknownField(path: Path, kind: string, candidates: readonly string[]): FieldProblem {
  const name = String(path.at(-1));
  const parent = [kind, ...path.slice(0, -1)].join('.');
  const meant = nearest(name, candidates);
  return {
    path,
    message: `unknown field "${clip(name)}" in ${clip(parent)}.`,
    ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
  };
}

function wrongType(path: Path, wanted: string, value: unknown): FieldProblem {
  return { path, message: `${nameOf(path)} must be ${wanted}, not ${quoted(value ?? null)}.` };
}

function nameOf(path: Path): string {
  return clip(path.join('.'), 120);
}
