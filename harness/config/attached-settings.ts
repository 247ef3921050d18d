import { z } from 'zod';
import { UsageError } from '../core/errors.ts';

/** What `--provider attached` takes: which cluster, and what the user allows. */
export const attachedSchema = {
  context: z.string().min(1).optional(),
  iOwnThisCluster: z.boolean().default(false),
  /** Hosts, or `host:port`; in the environment separated by commas. */
  allowServer: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',') : value),
      z.array(z.string().regex(/^[\w.:[\]-]+$/, 'not a host or host:port')),
    )
    .default([]),
  allowExecPlugin: z.boolean().default(false),
  workloadImage: z
    .string()
    .regex(/^\w[\w./:@-]*$/, 'not an image reference')
    .optional(),
};

/** Flags about clusters that podproof makes. */
const OF_OWN = ['nodes', 'image', 'kubernetes', 'keep', 'fresh', 'allowRemoteDocker'];
/** Flags about a cluster that is there. */
const OF_ATTACHED = ['context', 'iOwnThisCluster', 'allowServer', 'allowExecPlugin', 'workloadImage'];

/**
 * A flag that would be passed over is a mistake: whoever says `--context` and forgets the provider would get another
 * cluster than they think.
 *
 * @param given what stands on the command line
 * @throws UsageError FLAGS_MIXED
 */
export function refuseMixed(provider: string, given: Readonly<Record<string, unknown>>): void {
  const isAttached = provider === 'attached';
  const wrong = (isAttached ? OF_OWN : OF_ATTACHED).filter((key) => isSet(given[key]));
  if (wrong.length === 0) return;
  const flags = wrong.map((key) => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new UsageError('FLAGS_MIXED', `${flags.join(', ')} means nothing with the provider ${provider}.`, {
    hint: isAttached
      ? 'An attached cluster is taken as it is: podproof neither makes it nor keeps it.'
      : 'For a cluster that is there already: --provider attached --context NAME --i-own-this-cluster',
  });
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
