import type { Deadline } from '../../core/deadline.ts';
import { EnvironmentError, HarnessError, UsageError } from '../../core/errors.ts';
import type { KubeClient, KubeObject } from '../../core/kube.ts';
import { ATTACHMENT_LABEL } from './labels.ts';

/**
 * Creates an object of our own. When the cluster refuses it or makes something else of it, that is no mistake in a file
 * of the user: an admission policy, a quota or missing rights keep podproof from working there.
 *
 * @throws EnvironmentError OWN_OBJECT_REFUSED with the server's words; InfrastructureError API_…
 */
export async function createOwn(
  kube: Pick<KubeClient, 'create'>,
  object: KubeObject,
  deadline: Deadline,
): Promise<void> {
  try {
    await kube.create(object, deadline);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { kind, metadata } = object;
    throw new EnvironmentError(
      'OWN_OBJECT_REFUSED',
      `The cluster does not take the ${kind} ${metadata.name} that podproof needs: ${error.message}`,
      {
        hint: `podproof looks at the nodes through privileged pods. Exempt namespaces with the label ${ATTACHMENT_LABEL} from the policy or quota that is named, or use a context that may create them.`,
        cause: error,
      },
    );
  }
}

/** A webhook answers with any code that it likes, mostly 400 or 403. */
function isRefusal(error: unknown): error is HarnessError {
  if (error instanceof UsageError) return true;
  return error instanceof HarnessError && error.context['status'] === 403;
}
