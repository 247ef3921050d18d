import { createHash } from 'node:crypto';
import type { Census, CountedObject } from '../core/census.ts';
import type { Deadline } from '../core/deadline.ts';
import { describeError, InfrastructureError } from '../core/errors.ts';
import { createTurnstile } from '../core/turnstile.ts';
import { refusal } from './api-errors.ts';
import { isRecord, textField } from './json-shape.ts';
import type { Transport } from './transport.ts';

interface Resource {
  readonly kind: string;
  /** Path of all its objects in all namespaces. */
  readonly path: string;
}

type ObjectRecord = Readonly<Record<string, unknown>>;

/**
 * Come and go by themselves, or are no stored objects at all. What a network plugin or a policy engine notes about
 * pods carries their labels and outlives them until it collects its garbage (Cilium: 15 minutes, identity-gc-interval).
 */
const RESTLESS = new Set([
  ...['Event', 'Lease', 'ComponentStatus', 'NodeMetrics', 'PodMetrics'],
  ...['CiliumIdentity', 'CiliumEndpoint', 'CiliumEndpointSlice'],
  ...['PolicyReport', 'ClusterPolicyReport', 'EphemeralReport', 'ClusterEphemeralReport'],
]);

/** Their content is none of our business: the API server is asked for their metadata only. */
const SECRET = new Set(['Secret']);
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

const PAGE_SIZE = 500;
const AT_ONCE = 4;

/** See `ObjectCensus`. Page by page: of each object only a digest stays in memory. */
export async function takeCensus(
  transport: Transport,
  marks: readonly string[],
  deadline: Deadline,
): Promise<Census> {
  const objects = new Map<string, CountedObject>();
  const unlisted: string[] = [];
  const resources = await discover(transport, unlisted, deadline);
  const turnstile = createTurnstile(AT_ONCE);
  await Promise.all(
    resources.map((resource) =>
      turnstile(async () => {
        try {
          await countAll(transport, resource, { marks, objects, deadline });
        } catch (error) {
          deadline.signal.throwIfAborted();
          unlisted.push(`${resource.path}: ${describeError(error)}`);
        }
      }, deadline.signal),
    ),
  );
  return { objects, unlisted: unlisted.toSorted() };
}

/** Each kind once, in the version that its group prefers. */
async function discover(
  transport: Transport,
  unlisted: string[],
  deadline: Deadline,
): Promise<readonly Resource[]> {
  const groups = await ask(transport, '/apis', deadline);
  const listed: unknown = isRecord(groups) ? groups['groups'] : undefined;
  const roots = (Array.isArray(listed) ? listed : []).flatMap((group: unknown) => {
    const preferred = isRecord(group) ? group['preferredVersion'] : undefined;
    const version = textField(preferred, 'groupVersion');
    return version === undefined ? [] : [`/apis/${version}`];
  });
  const core = resourcesOf(await ask(transport, '/api/v1', deadline), '/api/v1');
  const found = await Promise.all(
    roots.map(async (root) => {
      try {
        return resourcesOf(await ask(transport, root, deadline), root);
      } catch (error) {
        deadline.signal.throwIfAborted();
        // A group that a server of its own answers for, and that one is away.
        unlisted.push(`${root}: ${describeError(error)}`);
        return [];
      }
    }),
  );
  return [...core, ...found.flat()];
}

function resourcesOf(body: unknown, root: string): readonly Resource[] {
  const resources: unknown = isRecord(body) ? body['resources'] : undefined;
  return (Array.isArray(resources) ? resources : []).flatMap((resource: unknown) => {
    const [name, kind] = [textField(resource, 'name'), textField(resource, 'kind')];
    const verbs: unknown = isRecord(resource) ? resource['verbs'] : undefined;
    if (name === undefined || kind === undefined || name.includes('/') || RESTLESS.has(kind)) return [];
    return Array.isArray(verbs) && verbs.includes('list') ? [{ kind, path: `${root}/${name}` }] : [];
  });
}

async function ask(transport: Transport, path: string, deadline: Deadline): Promise<unknown> {
  const { status, body, asked } = await transport.ask({ method: 'GET', path }, deadline);
  if (status !== 200) throw refusal(asked, status, body);
  return body;
}

interface Counting {
  readonly marks: readonly string[];
  readonly objects: Map<string, CountedObject>;
  readonly deadline: Deadline;
}

async function countAll(
  transport: Transport,
  { kind, path }: Resource,
  { marks, objects, deadline }: Counting,
): Promise<void> {
  const headers = SECRET.has(kind) ? { accept: METADATA_ONLY } : {};
  let next: string | undefined;
  do {
    const query = { limit: String(PAGE_SIZE), ...(next === undefined ? {} : { continue: next }) };
    const { status, body, asked } = await transport.ask({ method: 'GET', path, query, headers }, deadline);
    if (status !== 200) throw refusal(asked, status, body);
    const items: unknown = isRecord(body) ? body['items'] : undefined;
    if (!isRecord(body) || (items !== null && !Array.isArray(items)))
      throw new InfrastructureError('API_UNEXPECTED_ANSWER', `GET ${path}: expected a list`);
    for (const item of Array.isArray(items) ? items.filter(isRecord) : []) {
      const uid = textField(item['metadata'], 'uid');
      // Without a uid it is computed for whoever asks, and not stored.
      if (uid !== undefined) objects.set(`${path} ${uid}`, count(kind, item, marks));
    }
    next = textField(body['metadata'], 'continue');
  } while (next !== undefined);
}

function count(kind: string, item: ObjectRecord, marks: readonly string[]): CountedObject {
  const whole = JSON.stringify(item);
  const metadata = isRecord(item['metadata']) ? item['metadata'] : {};
  // What counts every write, and who wrote last.
  const { resourceVersion: _, managedFields: __, generation: ___, ...about } = metadata;
  const { status: ____, ...content } = item;
  const namespace = textField(metadata, 'namespace');
  const name = textField(metadata, 'name') ?? '';
  return {
    title: `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`,
    digest: createHash('sha256')
      .update(JSON.stringify({ ...content, metadata: about }))
      .digest('hex')
      .slice(0, 16),
    marked: marks.some((mark) => whole.includes(mark)),
  };
}
