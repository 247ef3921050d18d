import type { Deadline } from '../../core/deadline.ts';
import type { ForeignObject, ObjectSubmitter, Submission } from '../../core/submission.ts';
import { forPodSecurity } from '../pods/subject.ts';
import { recordAt } from '../shape.ts';

export type SecurityLevel = 'restricted' | 'baseline' | 'privileged';

/** One reason of a refusal: `hostPort (container "web" uses hostPort 9000)`. */
export interface SecurityReason {
  readonly reason: string;
  readonly detail: string;
}

/** What the Pod Security Standards say to a pod. `level` is the strictest one that takes it. */
export type PodSecurity =
  | {
      readonly level: SecurityLevel;
      /** Why baseline refuses it; empty when it does not. */
      readonly baseline: readonly SecurityReason[];
      readonly restricted: readonly SecurityReason[];
    }
  /** The server could not say: the pod is invalid, or something else refuses it first. */
  | { readonly level: 'unknown'; readonly why: string };

/** Namespaces that enforce a level, with a pinned version, so that a newer server judges the same. */
export type SecurityNamespaces = Readonly<Record<'baseline' | 'restricted', string>>;

/** Asks the API server with dry runs. @throws InfrastructureError when it gave no answer */
export async function podSecurityOf(
  pod: ForeignObject,
  {
    kube,
    namespaces,
    deadline,
  }: { kube: ObjectSubmitter; namespaces: SecurityNamespaces; deadline: Deadline },
): Promise<PodSecurity> {
  const ask = async (level: keyof SecurityNamespaces): Promise<readonly SecurityReason[] | string> => {
    const namespace = namespaces[level];
    const metadata = { ...recordAt(pod, 'metadata'), namespace };
    const object = forPodSecurity({ ...pod, metadata });
    return reasonsOf(await kube.submit(object, { namespace, dryRun: true, deadline }));
  };
  const [baseline, restricted] = await Promise.all([ask('baseline'), ask('restricted')]);
  if (typeof baseline === 'string') return { level: 'unknown', why: baseline };
  if (typeof restricted === 'string') return { level: 'unknown', why: restricted };
  const level = restricted.length === 0 ? 'restricted' : baseline.length === 0 ? 'baseline' : 'privileged';
  return { level, baseline, restricted };
}

/** The reasons, none when it was accepted, or what else the server said. */
function reasonsOf(submission: Submission): readonly SecurityReason[] | string {
  if (submission.kind === 'accepted') return [];
  return parseViolations(submission.message) ?? submission.message;
}

/**
 * Reads the refusal of Pod Security: `… violates PodSecurity "baseline:v1.37": reason (detail), reason (detail)`.
 * Details have commas and brackets of their own.
 *
 * @returns undefined for any other refusal
 */
export function parseViolations(message: string): readonly SecurityReason[] | undefined {
  const match = /violates PodSecurity "[^"]+": ([\s\S]+)$/.exec(message);
  if (match === null) return undefined;
  return splitOutside(match[1] ?? '').map((part) => {
    const at = part.indexOf(' (');
    return at === -1
      ? { reason: part, detail: '' }
      : { reason: part.slice(0, at), detail: part.slice(at + 2).replace(/\)$/, '') };
  });
}

/** Splits at commas outside brackets. */
function splitOutside(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, text.slice(start).trim()].filter((part) => part !== '');
}
