import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { attachedSchema, refuseMixed } from './attached-settings.ts';

/** What a provider makes when nobody says how many: the claims that compare nodes need three. */
const NODES = { kind: 3, minikube: 3, k3s: 1, attached: 1 } as const;

const options = z.strictObject({
  ids: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'an id is made of lower-case words joined by dashes'))
    .default([]),
  /** Tags: only scenarios that have one of them. */
  only: z.array(z.string()).default([]),
  /** Seed of another order of the scenarios. */
  shuffle: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional(),
  provider: z.enum(['kind', 'minikube', 'k3s', 'attached']).default('kind'),
  ...attachedSchema,
  nodes: z.coerce.number().int().min(1).max(9).optional(),
  image: z
    .string()
    .regex(/^\w[\w./:@-]*$/, 'not an image reference')
    .optional(),
  /** Minor version of Kubernetes; the default of the provider when absent. */
  kubernetes: z
    .string()
    .regex(/^1\.\d+$/, 'a minor version is needed, such as 1.37')
    .optional(),
  mutants: z.boolean().default(false),
  everyNode: z.boolean().default(false),
  /** Nodes at work at the same time, where every node is judged. */
  atOnce: z.coerce.number().int().min(1).max(50).default(2),
  keep: z.boolean().default(false),
  fresh: z.boolean().default(false),
  jest: z.boolean().default(true),
  strict: z.boolean().default(false),
  allowRemoteDocker: z.boolean().default(false),
  json: z.string().optional(),
  junit: z.string().optional(),
  verbose: z.boolean().default(false),
  color: z.boolean().default(true),
  /** Minutes for the whole run, with everything that has to be built first. */
  timeout: z.coerce.number().positive().max(240).default(60),
});

/** Two flags for one thing: an image has one version of Kubernetes in it. */
const ONE_OF = ['image', 'kubernetes'] as const;

const schema = options.refine(({ image, kubernetes }) => image === undefined || kubernetes === undefined, {
  path: ['kubernetes'],
  message: 'the node image has its own; give either --image or --kubernetes',
});

type Parsed = z.output<typeof schema>;

/** What a run was asked to do, complete and valid. */
export type RunSettings = Omit<Parsed, 'nodes'> & { readonly nodes: number };

/** Environment variables that stand for flags; a flag wins. */
const VARIABLES = {
  PODPROOF_NODES: 'nodes',
  PODPROOF_IMAGE: 'image',
  PODPROOF_KUBERNETES: 'kubernetes',
  PODPROOF_PROVIDER: 'provider',
  PODPROOF_TIMEOUT: 'timeout',
  PODPROOF_ALLOW_SERVERS: 'allowServer',
} as const;

/**
 * Defaults, then environment, then flags.
 *
 * @throws UsageError SETTINGS_INVALID naming every flag or variable that is wrong, what it wants and what it got
 */
export function runSettings(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): RunSettings {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  // A flag also wins over the variable that it cannot stand beside.
  const decided = ONE_OF.some((key) => key in given) ? ONE_OF : [];
  const fromEnv = Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([variable, key]) =>
      env[variable] && !decided.some((each) => each === key) ? [[key, env[variable]]] : [],
    ),
  );
  const parsed = schema.safeParse({ ...fromEnv, ...given });
  if (parsed.success) {
    const { provider, nodes = NODES[provider] } = parsed.data;
    refuseMixed(provider, given);
    return { ...parsed.data, nodes };
  }
  const problems = parsed.error.issues.map((issue) => {
    const key = String(issue.path[0] ?? '');
    const variable = Object.entries(VARIABLES).find(
      ([, name]) => name === key && given[key] === undefined,
    )?.[0];
    const value = { ...fromEnv, ...given }[key];
    return `${variable ?? `--${key}`} ${JSON.stringify(value)}: ${issue.message}`;
  });
  throw new UsageError('SETTINGS_INVALID', problems.join('\n'), {
    hint: '`npm run podproof -- run --help` lists all flags.',
  });
}
