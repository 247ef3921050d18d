import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Census } from '../../core/census.ts';
import type { CommandResult } from '../../core/command.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { KubeObject, ObjectKind } from '../../core/kube.ts';
import { identityOf } from '../../core/process-identity.ts';
import { reserve } from '../cluster-record.ts';
import { attachmentFolder } from './attachments.ts';
import type { AttachedKube } from './deps.ts';

/** Objects by kind and name; whatever is deleted is gone at once, with what is in it. */
export interface FakeCluster {
  readonly kube: AttachedKube;
  readonly objects: Map<string, KubeObject>;
  readonly deleted: string[];
  /** What our own pods were told to run, as `pod: words`. */
  readonly ran: string[];
  closed: boolean;
}

export interface FakeOptions {
  readonly uid: string;
  readonly nodes?: readonly KubeObject[];
  /** Filled in when a pod is created. */
  readonly statusOf?: (pod: KubeObject) => object;
  /** What a command prints; undefined: it fails; a result: how else it ended. */
  readonly inPod?: (pod: string, argv: readonly string[]) => string | CommandResult | undefined;
  readonly census?: () => Census;
  /** Namespaces that do not end when they are deleted. */
  readonly stays?: readonly string[];
  /** Rejects a call when it returns an error. */
  readonly trouble?: (call: 'create' | 'delete' | 'get' | 'list', kind: string) => Error | undefined;
}

/** A cluster in memory, as far as attaching and ending an attachment need one. */
export function fakeAttachedCluster(options: FakeOptions): FakeCluster {
  const objects = new Map<string, KubeObject>();
  const system = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system', uid: options.uid },
  };
  for (const object of [system, ...(options.nodes ?? [])])
    objects.set(keyOf(object.kind, object.metadata.name), object);
  const world = { objects, deleted: [], ran: [], closed: false };
  return Object.assign(world, { kube: kubeOf(world, options) });
}

type World = Omit<FakeCluster, 'kube'>;

const keyOf = (kind: string, name: string): string => `${kind} ${name}`;

function kubeOf(world: World, options: FakeOptions): AttachedKube {
  const { objects } = world;
  const { trouble, stays = [] } = options;
  const call = async <T>(
    verb: Parameters<NonNullable<typeof trouble>>[0],
    kind: string,
    work: () => T,
  ): Promise<T> => {
    const error = trouble?.(verb, kind);
    if (error !== undefined) throw error;
    return Promise.resolve(work());
  };
  return {
    server: 'https://fake',
    create: (object) =>
      call('create', object.kind, () => {
        if (objects.has(keyOf(object.kind, object.metadata.name)))
          throw new InfrastructureError('ALREADY_EXISTS', object.metadata.name, { context: { status: 409 } });
        const status = object.kind === 'Pod' ? { status: options.statusOf?.(object) ?? {} } : {};
        objects.set(keyOf(object.kind, object.metadata.name), { ...object, ...status });
        return object;
      }),
    get: (kind, { name }) =>
      call('get', kind, () =>
        kind === 'ServiceAccount'
          ? { apiVersion: 'v1', kind, metadata: { name } }
          : objects.get(keyOf(kind, name)),
      ),
    list: (kind, where) => call('list', kind, () => listed([...objects.values()], kind, where)),
    patch: (kind, { name }) => Promise.resolve({ apiVersion: 'v1', kind, metadata: { name } }),
    delete: (kind, { name }) => call('delete', kind, () => remove(world, kind, name, stays)),
    events: () => Promise.resolve([]),
    watchPods: () => Promise.resolve(),
    podRunner: ({ name }) => ({
      where: `pod ${name}`,
      run: (argv) => Promise.resolve(answer(name, argv.slice(10), world, options)),
    }),
    serverVersion: () => Promise.resolve('v1.37.2'),
    census: () => Promise.resolve(options.census?.() ?? { objects: new Map(), unlisted: [] }),
    close() {
      world.closed = true;
      return Promise.resolve();
    },
  };
}

function listed(
  objects: readonly KubeObject[],
  kind: ObjectKind,
  { namespace, labelSelector = '' }: { readonly namespace?: string; readonly labelSelector?: string },
): readonly KubeObject[] {
  const [label = '', value] = labelSelector.split('=');
  return objects
    .filter((object) => object.kind === kind)
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
    .filter(({ metadata: { labels = {} } }) => {
      const has = labels[label];
      return label === '' || (has !== undefined && (value === undefined || value === has));
    });
}

function remove({ objects, deleted }: World, kind: ObjectKind, name: string, stays: readonly string[]): void {
  deleted.push(keyOf(kind, name));
  if (stays.includes(name)) return;
  objects.delete(keyOf(kind, name));
  for (const [inside, { metadata }] of objects)
    if (kind === 'Namespace' && metadata.namespace === name) objects.delete(inside);
}

/** Without the words that lead into the node. */
function answer(pod: string, argv: readonly string[], { ran }: World, { inPod }: FakeOptions): CommandResult {
  ran.push(`${pod}: ${argv.join(' ')}`);
  const stdout = inPod?.(pod, argv);
  if (typeof stdout === 'object') return stdout;
  const exitCode = stdout === undefined ? 1 : 0;
  return { kind: 'exited', exitCode, stdout: stdout ?? '', stderr: '', durationMs: 1 };
}

/** The folder of an attachment as a run leaves it when it is killed. */
export async function recordedAttachment(
  notes: Readonly<Record<string, string>> | 'damaged',
): Promise<{ readonly cacheDir: string; readonly name: string }> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'podproof-attached-'));
  const name = 'podproof-abc123';
  const folder = attachmentFolder(cacheDir, name);
  await reserve(folder);
  await writeFile(folder.kubeconfig, '{}', { mode: 0o600 });
  const common = {
    schema: 1,
    name,
    provider: 'attached',
    phase: 'ready',
    kept: false,
    fingerprint: '',
  } as const;
  if (notes === 'damaged') await writeFile(folder.file('record.json'), '{"schema":');
  else
    await folder.write({
      ...common,
      owner: await identityOf(),
      endpoint: 'https://fake',
      createdAt: '',
      notes,
    });
  return { cacheDir, name };
}
