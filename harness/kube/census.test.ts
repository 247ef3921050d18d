import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CountedObject, ObjectCensus } from '../core/census.ts';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import { answer, failure, FakeApiServer } from '../testing/fake-api-server.ts';
import { connect } from './client.ts';

let fake: FakeApiServer;
let kube: KubeClient & ObjectCensus;
beforeEach(async () => {
  fake = await FakeApiServer.start();
  kube = await connect({ kubeconfig: fake.kubeconfig });
  serve('/apis', {
    groups: [
      { name: 'apps', preferredVersion: { groupVersion: 'apps/v1' } },
      { name: 'metrics.k8s.io', preferredVersion: { groupVersion: 'metrics.k8s.io/v1beta1' } },
    ],
  });
  serve('/api/v1', {
    resources: [
      { name: 'configmaps', kind: 'ConfigMap', verbs: ['list', 'get'] },
      { name: 'secrets', kind: 'Secret', verbs: ['list'] },
      { name: 'events', kind: 'Event', verbs: ['list'] },
      { name: 'ciliumidentities', kind: 'CiliumIdentity', verbs: ['list'] },
      { name: 'bindings', kind: 'Binding', verbs: ['create'] },
      { name: 'pods/status', kind: 'Pod', verbs: ['list'] },
    ],
  });
  serve('/apis/apps/v1', { resources: [{ name: 'deployments', kind: 'Deployment', verbs: ['list'] }] });
  fake.on('GET /apis/metrics.k8s.io/v1beta1', (_request, response) =>
    answer(response, 503, failure(503, 'ServiceUnavailable', 'metrics are away')),
  );
  serve('/api/v1/secrets', { items: [] });
  fake.on('GET /apis/apps/v1/deployments', (_request, response) =>
    answer(response, 403, failure(403, 'Forbidden', 'not yours')),
  );
});
afterEach(async () => {
  await kube.close();
  await fake[Symbol.asyncDispose]();
});

function serve(path: string, body: object): void {
  fake.on(`GET ${path}`, (_request, response) => answer(response, 200, body));
}

function configMap(name: string, more: { metadata?: object; data?: object; status?: object } = {}): object {
  return {
    metadata: { name, namespace: 'web', uid: `uid-${name}`, ...more.metadata },
    ...('data' in more ? { data: more.data } : {}),
    ...('status' in more ? { status: more.status } : {}),
  };
}

async function take(): Promise<{
  readonly objects: ReadonlyMap<string, CountedObject>;
  readonly unlisted: readonly string[];
}> {
  return kube.census(['podproof.dev/'], Deadline.in(5000, 'the test'));
}

test('lists every kind that can be listed, page by page, and says what could not be', async () => {
  fake.on('GET /api/v1/configmaps', ({ url }, response) =>
    answer(
      response,
      200,
      url.searchParams.has('continue')
        ? { items: [configMap('b', { metadata: { labels: { 'podproof.dev/run': 'x' } } })] }
        : { metadata: { continue: 'next' }, items: [configMap('a')] },
    ),
  );
  const { objects, unlisted } = await take();
  expect([...objects.values()].map(({ title, marked }) => [title, marked])).toEqual([
    ['ConfigMap web/a', false],
    ['ConfigMap web/b', true],
  ]);
  expect(unlisted).toHaveLength(2);
  expect(unlisted.join()).toMatch(
    /^\/apis\/apps\/v1\/deployments: .*not yours.*,\/apis\/metrics.k8s.io\/v1beta1: .*are away/,
  );
  const asked = fake.requests.map(({ url }) => url.pathname);
  expect(asked).not.toContain('/api/v1/events');
  expect(asked).not.toContain('/api/v1/ciliumidentities');
});

test('only content counts: neither status nor who wrote when', async () => {
  const digestOf = async (object: object): Promise<string | undefined> => {
    serve('/api/v1/configmaps', { items: [object] });
    return (await take()).objects.get('/api/v1/configmaps uid-a')?.digest;
  };
  const plain = await digestOf(configMap('a', { data: { x: '1' } }));
  const metadata = { resourceVersion: '9', generation: 2, managedFields: [{ manager: 'kubelet' }] };
  expect(await digestOf(configMap('a', { data: { x: '1' }, metadata, status: { ready: true } }))).toBe(plain);
  expect(await digestOf(configMap('a', { data: { x: '2' } }))).not.toBe(plain);
  expect(await digestOf(configMap('a', { data: { x: '1' }, metadata: { labels: { a: 'b' } } }))).not.toBe(
    plain,
  );
});

test('never asks for the content of secrets', async () => {
  const accepted: unknown[] = [];
  serve('/api/v1/configmaps', { items: [] });
  fake.on('GET /api/v1/secrets', (request, response) => {
    accepted.push(request.accept);
    answer(response, 200, { items: [] });
  });
  await take();
  expect(accepted).toEqual([expect.stringMatching(/^application\/json;as=PartialObjectMetadataList;/)]);
});
