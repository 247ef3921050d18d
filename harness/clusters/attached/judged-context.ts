import type { UserContext } from '../../core/user-context.ts';
import { consentedContext } from './consent.ts';
import type { AttachedDeps } from './deps.ts';
import { judgeContext, type PinnedServer } from './judge-context.ts';

/** A context that may be used, and where its server is. */
export interface JudgedContext {
  readonly context: UserContext;
  readonly server: PinnedServer;
}

/**
 * Everything that is decided before the first connection: the consent is whole, and the server is one that podproof may
 * talk to.
 *
 * @throws SafetyError CONSENT_MISSING, KUBECONFIG_RUNS_COMMANDS, KUBECONFIG_IMPERSONATES, KUBECONFIG_INSECURE,
 *   SERVER_NOT_ALLOWED; UsageError UNKNOWN_CONTEXT, KUBECONFIG_UNREADABLE
 */
export async function judgedContext({
  contexts,
  wish,
  lookup,
}: Pick<AttachedDeps, 'contexts' | 'wish' | 'lookup'>): Promise<JudgedContext> {
  const context = await consentedContext(wish, await contexts());
  return { context, server: await judgeContext(context, wish, lookup) };
}
