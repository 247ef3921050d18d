import { access, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Census } from '../../core/census.ts';
import type { CommandResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import type { KubeObject } from '../../core/kube.ts';
import { attachmentFolder, keepBefore } from './attachments.ts';
import { detach } from './detach.ts';
import {
  fakeAttachedCluster,
  recordedAttachment,
  type FakeCluster,
  type FakeOptions,
} from './fake-attached.ts';
import { ATTACHMENT_LABEL } from './labels.ts';

const caches: string[] = [];
afterEach(() => Promise.all(caches.splice(0).map((cache) => rm(cache, { recursive: true }))));

const NAME = 'podproof-abc123';
const READY = { phase: 'Running', containerStatuses: [{ name: 'look', ready: true, restartCount: 0 }] };

function namespace(name: string, attachment = NAME): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { [ATTACHMENT_LABEL]: attachment } },
  };
}

function withRun(world: FakeCluster): FakeCluster {
  for (const each of [
    namespace('podproof-0000aa'),
    namespace(`${NAME}-nodes`),
    namespace('podproof-0000bb', 'podproof-0000ff'),
  ])
    world.objects.set(`Namespace ${each.metadata.name}`, each);
  world.objects.set('Pod look-0', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'look-0', namespace: `${NAME}-nodes` },
    spec: { nodeName: 'a', containers: [] },
    status: READY,
  });
  return world;
}

async function end(
  notes: Parameters<typeof recordedAttachment>[0],
  world: FakeCluster,
  { before, deadlineMs = 20_000 }: { readonly before?: Census | 'half'; readonly deadlineMs?: number } = {},
): Promise<{ error?: unknown; kept: boolean }> {
  const { cacheDir, name } = await recordedAttachment(notes);
  caches.push(cacheDir);
  const folder = attachmentFolder(cacheDir, name);
  if (before === 'half') await writeFile(folder.file('objects-before.json'), '{"/api/v1/pods 1":["Pod a');
  else if (before !== undefined) await keepBefore(folder, {});
  const meanwhile: string[] = [];
  const deps = {
    cacheDir,
    connectKube: () => Promise.resolve(world.kube),
    onMeanwhile: (changes: readonly string[]) => void meanwhile.push(...changes),
  };
  const error: unknown = await detach(name, Deadline.in(deadlineMs, 'the test'), deps).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const kept = await access(folder.kubeconfig).then(
    () => true,
    () => false,
  );
  return { ...(error === undefined ? {} : { error }), kept };
}

describe('detach', () => {
  test('removes the namespaces of this attachment and nothing else, after the nodes were cleaned', async () => {
    const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '' }));
    expect(await end({ uid: 'u1' }, world)).toEqual({ kept: false });
    expect(world.deleted).toEqual(['Namespace podproof-0000aa', `Namespace ${NAME}-nodes`]);
    expect(world.ran).toEqual([
      'look-0: rm -rf --one-file-system -- /var/lib/podproof',
      'look-0: ctr -n k8s.io images ls',
    ]);
    expect(world.closed).toBe(true);
  });

  test('touches nothing in another cluster, and keeps what is needed to try again', async () => {
    const world = withRun(fakeAttachedCluster({ uid: 'another' }));
    expect(await end({ uid: 'u1' }, world)).toMatchObject({
      error: { code: 'CLUSTER_CHANGED', exitCode: 8 },
      kept: true,
    });
    expect(world.deleted).toEqual([]);
    expect(world.ran).toEqual([]);
  });

  test('does not even connect when the run ended before it knew the cluster', async () => {
    const world = fakeAttachedCluster({ uid: 'u1' });
    expect(await end({}, world)).toEqual({ kept: false });
    expect(world.closed).toBe(false);
  });

  test('goes by its random name when the record is damaged', async () => {
    const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '' }));
    expect(await end('damaged', world)).toEqual({ kept: false });
    expect(world.deleted).toHaveLength(2);
  });

  test('what of ours is left in the cluster or on a node is an error that names it, and can be tried again', async () => {
    const left: Census = {
      objects: new Map([['x', { title: 'ConfigMap default/ours', digest: 'a', marked: true }]]),
      unlisted: [],
    };
    const world = withRun(fakeAttachedCluster({ uid: 'u1', census: () => left }));
    const { error, kept } = await end({ uid: 'u1' }, world, { before: left });
    expect(error).toMatchObject({ code: 'CLUSTER_LEFTOVERS' });
    expect(String(error)).toContain('ConfigMap default/ours is new');
    expect(String(error)).toContain('/var/lib/podproof on node a');
    expect(kept).toBe(true);
  }, 30_000);

  test('a namespace that does not end keeps neither our privileged pods nor the folders on the nodes', async () => {
    const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '', stays: ['podproof-0000aa'] }));
    const why = { type: 'NamespaceFinalizersRemaining', status: 'True', message: 'x.example/hold in 1 pod' };
    world.objects.set('Namespace podproof-0000aa', {
      ...namespace('podproof-0000aa'),
      status: { conditions: [why] },
    });
    world.objects.set('Pod held', {
      ...{ apiVersion: 'v1', kind: 'Pod', spec: { containers: [] } },
      metadata: { name: 'held', namespace: 'podproof-0000aa' },
    });
    const { error, kept } = await end({ uid: 'u1' }, world, { deadlineMs: 2000 });
    expect(error).toMatchObject({ code: 'CLUSTER_LEFTOVERS', hint: expect.stringContaining('clean') });
    expect(String(error)).toContain(
      'Namespace podproof-0000aa (NamespaceFinalizersRemaining: x.example/hold',
    );
    expect(world.ran).toContain('look-0: rm -rf --one-file-system -- /var/lib/podproof');
    expect(world.deleted).toContain(`Namespace ${NAME}-nodes`);
    expect(kept).toBe(true);
  });

  test.each(['delete', 'list'] as const)(
    'an API server that is away for a moment is waited for (%s)',
    async (verb) => {
      let away = 3;
      const trouble: FakeOptions['trouble'] = (call) =>
        call === verb && away-- > 0 ? new InfrastructureError('API_UNREACHABLE', 'ECONNREFUSED') : undefined;
      const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '', trouble }));
      expect(await end({ uid: 'u1' }, world)).toEqual({ kept: false });
      expect([...world.objects.keys()].filter((key) => key.includes(NAME))).toEqual([]);
    },
  );

  test('a namespace that comes late, of a run that was interrupted while it made one, goes too', async () => {
    const trouble: FakeOptions['trouble'] = (call) => {
      if (call === 'delete' && late.length > 0)
        world.objects.set('Namespace podproof-0000cc', namespace(late.pop() ?? ''));
      return undefined;
    };
    const late = ['podproof-0000cc'];
    const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '', trouble }));
    expect(await end({ uid: 'u1' }, world, { deadlineMs: 3000 })).toEqual({ kept: false });
    expect(world.deleted).toContain('Namespace podproof-0000cc');
  });

  test('with credentials that are not good any more it says how to do it by hand', async () => {
    const refused = new InfrastructureError('API_UNAUTHORIZED', 'HTTP 401', { context: { status: 401 } });
    const world = withRun(fakeAttachedCluster({ uid: 'u1', trouble: () => refused }));
    const { error, kept } = await end({ uid: 'u1' }, world);
    expect(error).toMatchObject({
      code: 'ATTACHMENT_SIGNED_OUT',
      hint: expect.stringContaining(`kubectl delete namespaces -l ${ATTACHMENT_LABEL}=${NAME}`),
    });
    expect(kept).toBe(true);
  });

  test('what the server forbids is not asked for ever, and told', async () => {
    const forbidden = new InfrastructureError('API_FORBIDDEN', 'not yours', { context: { status: 403 } });
    const trouble: FakeOptions['trouble'] = (call) => (call === 'delete' ? forbidden : undefined);
    const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '', trouble }));
    const { error, kept } = await end({ uid: 'u1' }, world, { deadlineMs: 1500 });
    expect(error).toMatchObject({ code: 'CLUSTER_LEFTOVERS', message: expect.stringContaining('not yours') });
    expect(kept).toBe(true);
  });

  test('nodes whose images could not be listed are told, one without containerd is none of them', async () => {
    const listed = (result: CommandResult) => (_pod: string, argv: readonly string[]) =>
      argv.includes('ls') ? result : '';
    const streams = { stdout: '', stderr: '', durationMs: 1 };
    const slow = listed({ kind: 'timedOut', afterMs: 15_000, ...streams });
    const { error } = await end({ uid: 'u1' }, withRun(fakeAttachedCluster({ uid: 'u1', inPod: slow })));
    expect(String(error)).toContain('perhaps images localhost:5001/… on node a: no answer within');
    const other = listed({ kind: 'notStarted', why: 'ctr: not found', ...streams });
    const without = withRun(fakeAttachedCluster({ uid: 'u1', inPod: other }));
    expect(await end({ uid: 'u1' }, without)).toEqual({ kept: false });
  });

  test('a list of objects that was half written when the run was killed does not keep it for ever', async () => {
    const world = withRun(fakeAttachedCluster({ uid: 'u1', inPod: () => '' }));
    expect(await end({ uid: 'u1' }, world, { before: 'half' })).toEqual({ kept: false });
  });

  test('removes the images of our own registry under all their names, and no other', async () => {
    const images = [
      'REF TYPE DIGEST SIZE',
      'localhost:5001/0123456789abcdef/app:v1 t sha256:aa 1',
      'sha256:bb t sha256:aa 1',
      'localhost:5001/other/app:v1 t sha256:cc 1',
      'docker.io/library/nginx:1 t sha256:dd 1',
    ].join('\n');
    const world = withRun(
      fakeAttachedCluster({ uid: 'u1', inPod: (_pod, argv) => (argv.includes('ls') ? images : '') }),
    );
    await end({ uid: 'u1' }, world);
    expect(world.ran.at(-1)).toBe(
      'look-0: ctr -n k8s.io images rm -- localhost:5001/0123456789abcdef/app:v1 sha256:bb',
    );
  });
});
