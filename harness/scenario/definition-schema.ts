import { z } from 'zod';
import { describeError } from '../core/errors.ts';
import { clip } from './problem.ts';
import { problemsOf, type ShapeProblem } from './shape-problems.ts';
import type { Mutant } from './mutant-types.ts';
import type { Act, Claim, ExistingPod, Expectation, Powers, Requirements, Scenario } from './types.ts';

/** A field for every field of a type: one that is added there and not here does not compile. */
type FieldsOf<T> = { readonly [K in keyof Required<T>]: z.ZodType };

const text = z.string().min(1);
const code = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'function', 'a function');
const lines = z.tuple([z.int().min(1), z.int().min(1)]);

const expectation = z.strictObject({
  text,
  holds: code<Expectation['holds']>(),
  unclear: code<NonNullable<Expectation['unclear']>>().exactOptional(),
} satisfies FieldsOf<Expectation>);

const offers = {
  schedulableNodes: z.int().min(1).exactOptional(),
  userNamespaces: z.boolean().exactOptional(),
  outsider: z.literal(true).exactOptional(),
  registry: z.literal(true).exactOptional(),
  controlPlane: z.literal(true).exactOptional(),
} satisfies FieldsOf<Requirements>;

const requires = z.strictObject({
  ...offers,
  privileged: text.exactOptional(),
  hostPath: z.record(text, text).exactOptional(),
} satisfies FieldsOf<Requirements & Powers>);

const claim = z.strictObject({
  // `claim`, `workloadClaim` and `variantClaim` write it.
  about: z.enum(['pod', 'workload', 'variant']).default('pod'),
  observe: code<Claim['observe']>(),
  id: text,
  must: text,
  source: z.strictObject({ lines, sentence: text }),
  correction: text.exactOptional(),
  requires: z.strictObject(offers).exactOptional(),
  subject: text,
  control: text,
  partners: z.array(text).exactOptional(),
  alsoDiffers: z.record(text, text).exactOptional(),
  when: z.enum(['running', 'settled']).exactOptional(),
  show: code<Claim['show']>(),
  subjectShows: expectation,
  controlShows: expectation,
} satisfies FieldsOf<Claim>);

const mutant = z.strictObject({
  id: text,
  change: text,
  fells: z.array(text),
  target: z.union([text, z.array(text)]).exactOptional(),
  mutate: code<NonNullable<Mutant['mutate']>>().exactOptional(),
  mutateObject: code<NonNullable<Mutant['mutateObject']>>().exactOptional(),
  adds: z.array(text).exactOptional(),
  subject: text.exactOptional(),
} satisfies FieldsOf<Mutant>);

const act = z.strictObject({
  what: text,
  does: code<NonNullable<Act['does']>>().exactOptional(),
  creates: z.array(text).exactOptional(),
} satisfies FieldsOf<Act>);

const existing = z.strictObject({
  namespace: text,
  find: code<ExistingPod['find']>(),
  otherwise: text,
} satisfies FieldsOf<ExistingPod>);

const scenario = z.strictObject({
  id: text,
  title: text,
  article: z.strictObject({ heading: text, lines }),
  tags: z.array(text).exactOptional(),
  requires: requires.exactOptional(),
  place: z.record(text, z.enum(['A', 'B'])).exactOptional(),
  locks: z.array(text).exactOptional(),
  acts: z.array(act).exactOptional(),
  replicas: z.record(text, code<NonNullable<Scenario['replicas']>[string]>()).exactOptional(),
  existing: z.record(text, existing).exactOptional(),
  variants: z.record(text, z.json()).exactOptional(),
  standIns: z.array(text).exactOptional(),
  // What `observe` takes goes by `about`, which nobody can ask a function.
  claims: z.array(claim.transform((read) => read as Claim)),
  mutants: z.array(mutant),
} satisfies FieldsOf<Scenario>);

/** The fields that exist below a field of this name; '' is the scenario itself. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '': scenario,
    requires,
    claims: claim,
    mutants: mutant,
    acts: act,
    subjectShows: expectation,
    controlShows: expectation,
  }).map(([name, { shape }]) => [name, Object.keys(shape)]),
);

export type Shape =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'malformed'; readonly problems: readonly ShapeProblem[] };

/**
 * A scenario out of what a file exports, as a copy: types are gone at run time, and a file that was never compiled can
 * export anything.
 *
 * @example readShape({ id: 5 }) // malformed: 'id must be text, not 5.', 'title is missing; it must be text.', …
 */
export function readShape(exported: unknown): Shape {
  const malformed = (message: string): Shape => ({ kind: 'malformed', problems: [{ path: [], message }] });
  if (exported === undefined) return malformed('has no default export made by defineScenario.');
  try {
    const parsed = scenario.safeParse(exported);
    if (parsed.success) return { kind: 'scenario', scenario: parsed.data };
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, exported, FIELDS));
    return { kind: 'malformed', problems };
  } catch (error) {
    return malformed(`has a default export that cannot be read: ${clip(describeError(error), 200)}.`);
  }
}
