import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError, UsageError } from '../core/errors.ts';
import type { KubeObject } from '../core/kube.ts';
import { creationPath } from './api-paths.ts';
import { refusal, rejectedManifest } from './api-errors.ts';
import { parseObject } from './parse-object.ts';
import { missingLeaves, type MissingLeaf } from './missing-leaves.ts';
import type { Transport } from './transport.ts';

/**
 * Creates the object from its raw JSON with strict field validation, and proves that every leaf of it was stored.
 * See `KubeClient.create`.
 *
 * @throws UsageError MANIFEST_REJECTED, MANIFEST_NOT_STORED, UNSUPPORTED_KIND, INVALID_NAME;
 * InfrastructureError ALREADY_EXISTS, API_…
 */
export async function createObject(
  transport: Transport,
  object: KubeObject,
  deadline: Deadline,
): Promise<KubeObject> {
  const query = { fieldValidation: 'Strict', fieldManager: 'podproof' };
  const call = { method: 'POST', path: creationPath(object), query, body: object } as const;
  const { status, body, asked } = await transport.ask(call, deadline);
  const what = nameOf(object);
  if (status === 400 || status === 422) throw rejectedManifest(what, status, body);
  if (status === 409) {
    throw new InfrastructureError('ALREADY_EXISTS', refusal(asked, status, body).message, {
      hint: `A leftover of another run? Remove ${what} first.`,
    });
  }
  if (status !== 201) throw refusal(asked, status, body);
  const stored = parseObject(body, asked);
  requireStored(stored, what);
  const missing = missingLeaves(object, stored);
  if (missing.length > 0) throw notStored(what, missing);
  return stored;
}

/** The answer to a POST is what the store returned; only a stored object has a uid and a resourceVersion. */
function requireStored(object: KubeObject, what: string): void {
  const { uid, resourceVersion } = object.metadata;
  if (uid !== undefined && resourceVersion !== undefined) return;
  throw new InfrastructureError(
    'API_UNEXPECTED_ANSWER',
    `The answer to the creation of ${what} was not stored.`,
  );
}

function notStored(what: string, missing: readonly MissingLeaf[]): UsageError {
  const lines = missing.map(({ path, sent, stored }) =>
    stored === undefined
      ? `${path}: ${JSON.stringify(sent)} was dropped`
      : `${path}: ${JSON.stringify(sent)} became ${JSON.stringify(stored)}`,
  );
  return new UsageError('MANIFEST_NOT_STORED', `The API server stored another ${what}: ${lines.join('; ')}`, {
    hint: 'The field may need a feature gate that is off in this Kubernetes version. The object exists: remove it.',
  });
}

function nameOf(object: KubeObject): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
