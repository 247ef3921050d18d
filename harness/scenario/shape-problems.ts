import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { clip, quoted } from './problem.ts';

/** A mistake in what a scenario file exports. */
export interface ShapeProblem {
  /** `claims[2].observe` as a list of keys. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

/** What a finding of the schema means, for people. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  exported: unknown,
  fields: ReadonlyMap<string, readonly string[]>,
): readonly ShapeProblem[] {
  const { path } = issue;
  const name = nameOf(path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = nearest(key, fields.get(path.findLast((part) => typeof part === 'string') ?? '') ?? []);
      return {
        path: [...path, key],
        message: `unknown field "${clip(key)}"${name === '' ? '' : ` in ${name}`}.`,
        ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
      };
    });
  }
  const value = path.reduce(
    (at: unknown, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    exported,
  );
  const wanted = `must be ${wantedBy(issue)}`;
  const subject = name === '' ? 'the default export' : name;
  if (value === undefined) return [{ path, message: `${subject} is missing; it ${wanted}.` }];
  return [{ path, message: `${subject} ${wanted}, not ${shown(value)}.` }];
}

function wantedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return WORDS.get(issue.expected) ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => quoted(value)).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return 'a text that is not empty';
      return issue.origin === 'array' ? LINES : `${String(issue.minimum)} or more`;
    case 'too_big':
      return LINES;
    default:
      return issue.message;
  }
}

const LINES = 'a pair of line numbers, the first line being 1';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['tuple', LINES],
  ['number', 'a number'],
  ['int', 'a whole number'],
]);

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol' || typeof value === 'bigint') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return quoted(value);
}

/** `claims[2].observe` */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${String(key)}]` : `${index === 0 ? '' : '.'}${clip(String(key))}`,
    )
    .join('');
}
