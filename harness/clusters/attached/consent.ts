import { SafetyError, UsageError } from '../../core/errors.ts';
import type { UserContext, UserContexts } from '../../core/user-context.ts';

/** What the user said on the command line about the cluster that podproof shall use. */
export interface Consent {
  /** Never the current context: that is whatever somebody used last. */
  readonly context: string | undefined;
  readonly ownsCluster: boolean;
}

/**
 * The context that the user named, if all of the consent is there. Nobody is asked on a terminal: consent that can be
 * given by pressing Enter is none.
 *
 * @throws SafetyError CONSENT_MISSING; UsageError UNKNOWN_CONTEXT naming the known ones, KUBECONFIG_UNREADABLE
 */
export async function consentedContext(consent: Consent, contexts: UserContexts): Promise<UserContext> {
  const { context, ownsCluster } = consent;
  const known =
    contexts.names.length === 0
      ? 'The kubeconfig has no context.'
      : `Contexts: ${contexts.names.join(', ')}.`;
  if (context === undefined) {
    throw new SafetyError(
      'CONSENT_MISSING',
      'Which cluster? An existing cluster must be named by --context.',
      {
        hint: `${known} The current context is never taken.`,
      },
    );
  }
  const found = await contexts.read(context);
  if (found === undefined) {
    throw new UsageError('UNKNOWN_CONTEXT', `There is no context "${context}" in the kubeconfig.`, {
      hint: known,
    });
  }
  if (ownsCluster) return found;
  throw new SafetyError(
    'CONSENT_MISSING',
    `podproof would start privileged pods on the nodes of "${context}" (${found.cluster.server}); whoever controls those is root there.`,
    { hint: 'If that cluster is yours to break, say so: --i-own-this-cluster' },
  );
}
