import type { Deadline } from '../../core/deadline.ts';
import { TimeoutError } from '../../core/errors.ts';
import { isRecord } from '../../core/json.ts';
import type { KubeObject } from '../../core/kube.ts';
import { done, pending, poll } from '../../core/poll.ts';
import type { AttachedKube } from './deps.ts';
import { ATTACHMENT_LABEL } from './labels.ts';
import { patiently } from './patiently.ts';

/** The namespaces of an attachment, with those of its runs. */
export async function namespacesOf(
  attachment: string,
  kube: AttachedKube,
  deadline: Deadline,
): Promise<readonly string[]> {
  return (await list(attachment, kube, deadline)).map(({ metadata }) => metadata.name);
}

/** Asks for their end; `untilGone` waits for it. */
export async function endNamespaces(
  names: readonly string[],
  kube: AttachedKube,
  deadline: Deadline,
): Promise<void> {
  const end = (name: string): Promise<void> =>
    patiently(
      `namespace ${name} to be removed`,
      () => kube.delete('Namespace', { name }, deadline),
      deadline,
    );
  await Promise.all(names.map(end));
}

/** Waits until no pod is left in them. @throws TimeoutError */
export async function untilNoPods(
  names: readonly string[],
  kube: AttachedKube,
  deadline: Deadline,
): Promise<void> {
  await poll(
    async () => {
      const pods = await Promise.all(names.map((namespace) => kube.list('Pod', { namespace }, deadline)));
      const left = pods.flat().map(({ metadata }) => metadata.name);
      return left.length === 0 ? done(true) : pending(`pods ${left.join(', ')}`);
    },
    { deadline, pauseMs: 200, maxPauseMs: 1000 },
  );
}

/**
 * Waits until the namespaces of an attachment are gone.
 *
 * @returns those that would not go, each with what the API server says about that
 * @throws TimeoutError when nobody could be asked
 */
export async function untilGone(
  attachment: string,
  kube: AttachedKube,
  deadline: Deadline,
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  try {
    await poll(
      async () => {
        const found = await list(attachment, kube, deadline);
        left = found.map(describe);
        // One that a run was about to make when it was interrupted may come after everything was asked to end.
        const late = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
        await Promise.all(late.map(({ metadata: { name } }) => kube.delete('Namespace', { name }, deadline)));
        return left.length === 0 ? done(true) : pending(left.join(', '));
      },
      { deadline, pauseMs: 200, maxPauseMs: 1000 },
    );
    return [];
  } catch (error) {
    if (error instanceof TimeoutError && left.length > 0) return left;
    throw error;
  }
}

function list(attachment: string, kube: AttachedKube, deadline: Deadline): Promise<readonly KubeObject[]> {
  return kube.list('Namespace', { labelSelector: `${ATTACHMENT_LABEL}=${attachment}` }, deadline);
}

/** @example 'Namespace podproof-3f2a91 (NamespaceFinalizersRemaining: Some content … has finalizers remaining …)' */
function describe({ metadata: { name }, status }: KubeObject): string {
  const conditions = isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  const why = conditions
    .filter(isRecord)
    .filter((condition) => condition['status'] === 'True')
    .map(({ type, message }) => `${String(type)}: ${String(message)}`);
  return `Namespace ${name}${why.length === 0 ? '' : ` (${why.join('; ')})`}`;
}
