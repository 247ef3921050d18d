import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Census } from '../../core/census.ts';
import type { CommandResult } from '../../core/command.ts';
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
  readonly inPod?: (pod: string, argv: readonly string[]) => string | undefined;
  readonly census?: () => Census;
}

/** A cluster in memory, as far as attaching and ending an attachment need one. */
export function fakeAttachedCluster(options: FakeOptions): FakeCluster {
  const objects = new Map<string, KubeObject>();
  const deleted: string[] = [];
  const ran: string[] = [];
  const key = (kind: string, name: string): string => `${kind} ${name}`;
  const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: options.uid } };
  objects.set(key('Namespace', 'kube-system'), system);
  for (const node of options.nodes ?? []) objects.set(key('Node', node.metadata.name), node);
  const list = (kind: ObjectKind): KubeObject[] =>
    [...objects.values()].filter((object) => object.kind === kind);
  const world: FakeCluster = {
    objects,
    deleted,
    ran,
    closed: false,
    kube: {
      server: 'https://fake',
      create(object) {
        const status = object.kind === 'Pod' ? { status: options.statusOf?.(object) ?? {} } : {};
        objects.set(key(object.kind, object.metadata.name), { ...object, ...status });
        return Promise.resolve(object);
      },
      get: (kind, { name }) =>
        Promise.resolve(
          kind === 'ServiceAccount'
            ? { apiVersion: 'v1', kind, metadata: { name } }
            : objects.get(key(kind, name)),
        ),
      list: (kind, { namespace, labelSelector }) =>
        Promise.resolve(
          list(kind)
            .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
            .filter(({ metadata: { labels = {} } }) => {
              const [label, value] = (labelSelector ?? '').split('=');
              return (
                label === '' ||
                label === undefined ||
                (label in labels && (value ?? labels[label]) === labels[label])
              );
            }),
        ),
      patch: (kind, { name }) => Promise.resolve({ apiVersion: 'v1', kind, metadata: { name } }),
      delete(kind, { name }) {
        deleted.push(key(kind, name));
        objects.delete(key(kind, name));
        for (const [inside, { metadata }] of objects)
          if (kind === 'Namespace' && metadata.namespace === name) objects.delete(inside);
        return Promise.resolve();
      },
      events: () => Promise.resolve([]),
      watchPods: () => Promise.resolve(),
      podRunner: ({ name }) => ({
        where: `pod ${name}`,
        run(argv) {
          ran.push(`${name}: ${argv.slice(10).join(' ')}`);
          const stdout = options.inPod?.(name, argv.slice(10));
          const streams = { stdout: stdout ?? '', stderr: '', durationMs: 1 };
          return Promise.resolve<CommandResult>({
            kind: 'exited',
            exitCode: stdout === undefined ? 1 : 0,
            ...streams,
          });
        },
      }),
      serverVersion: () => Promise.resolve('v1.37.2'),
      census: () => Promise.resolve(options.census?.() ?? { objects: new Map(), unlisted: [] }),
      close() {
        world.closed = true;
        return Promise.resolve();
      },
    },
  };
  return world;
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
