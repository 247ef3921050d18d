import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient, KubeObject } from '../core/kube.ts';
import { answer, failure, FakeApiServer } from '../testing/fake-api-server.ts';
import { connect } from './client.ts';

let fake: FakeApiServer;
let kube: KubeClient;
let deadline: Deadline;
beforeEach(async () => {
  fake = await FakeApiServer.start();
  kube = await connect({ kubeconfig: fake.kubeconfig });
  deadline = Deadline.in(5000, 'the test');
});
afterEach(async () => {
  await kube.close();
  await fake[Symbol.asyncDispose]();
});

const PODS = '/api/v1/namespaces/demo/pods';
const POD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'demo' },
  spec: { hostNetwork: true, hostUsers: false, containers: [{ name: 'main', image: 'x' }] },
};
const STORED = { ...POD, metadata: { ...POD.metadata, uid: 'u1', resourceVersion: '5' } };

describe('a server with a path of its own', () => {
  test('is asked below that path', async () => {
    const config = (await readFile(fake.kubeconfig, 'utf8')).replace(
      /https:\/\/[^"\s/]+/,
      '$&/k8s/clusters/c-1',
    );
    await writeFile(fake.kubeconfig, config);
    const proxied = await connect({ kubeconfig: fake.kubeconfig });
    fake.on(`GET /k8s/clusters/c-1${PODS}/web`, (_, response) => answer(response, 200, STORED));
    try {
      expect(await proxied.get('Pod', { name: 'web', namespace: 'demo' }, deadline)).toEqual(STORED);
      expect(proxied.server).toMatch(/\/k8s\/clusters\/c-1$/);
    } finally {
      await proxied.close();
    }
  });
});

describe('create', () => {
  test('sends the raw object with strict validation and returns what was stored', async () => {
    fake.on(`POST ${PODS}`, (_, response) => answer(response, 201, STORED));
    const misspelt = { ...POD, spec: { ...(POD['spec'] as object), hostNetwrok: true } };
    await expect(kube.create(misspelt, deadline)).rejects.toMatchObject({ code: 'MANIFEST_NOT_STORED' });
    const [asked] = fake.requests;
    expect(asked?.body).toEqual(misspelt);
    expect(asked?.url.search).toBe('?fieldValidation=Strict&fieldManager=podproof');
    expect(await kube.create(POD, deadline)).toEqual(STORED);
  });

  test.each([
    [400, 'BadRequest', 'strict decoding error: unknown field "spec.hostNetwrok"'],
    [422, 'Invalid', 'Pod "web" is invalid: spec.containers[0].image: Required value'],
  ])('says what the server refuses with HTTP %i', async (status, reason, message) => {
    fake.on(`POST ${PODS}`, (_, response) => answer(response, status, failure(status, reason, message)));
    await expect(kube.create(POD, deadline)).rejects.toMatchObject({
      name: 'UsageError',
      code: 'MANIFEST_REJECTED',
      message: `The API server refuses Pod demo/web: HTTP ${String(status)} ${reason}: ${message}`,
    });
  });

  test('names the field that the server dropped', async () => {
    const { hostUsers: _, ...spec } = POD['spec'] as Record<string, unknown>;
    fake.on(`POST ${PODS}`, (_request, response) => answer(response, 201, { ...STORED, spec }));
    await expect(kube.create(POD, deadline)).rejects.toMatchObject({
      name: 'UsageError',
      code: 'MANIFEST_NOT_STORED',
      message: expect.stringContaining('spec.hostUsers: false was dropped'),
    });
  });

  test('does not take an echo for a stored object', async () => {
    fake.on(`POST ${PODS}`, (_, response) => answer(response, 201, POD));
    await expect(kube.create(POD, deadline)).rejects.toMatchObject({ code: 'API_UNEXPECTED_ANSWER' });
  });

  test.each([
    [409, 'AlreadyExists', 'ALREADY_EXISTS'],
    [403, 'Forbidden', 'API_FORBIDDEN'],
    [404, 'NotFound', 'API_NOT_FOUND'],
    [500, 'InternalError', 'API_SERVER_ERROR'],
  ])('does not blame the manifest for HTTP %i', async (status, reason, code) => {
    fake.on(`POST ${PODS}`, (_, response) => answer(response, status, failure(status, reason, 'because')));
    await expect(kube.create(POD, deadline)).rejects.toMatchObject({
      name: 'InfrastructureError',
      code,
      message: expect.stringMatching(
        new RegExp(`POST https://.*/pods: HTTP ${String(status)} ${reason}: because`),
      ),
    });
  });

  test('refuses kinds it does not know, before asking', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } };
    await expect(kube.create(secret, deadline)).rejects.toMatchObject({ code: 'UNSUPPORTED_KIND' });
    expect(fake.requests).toEqual([]);
  });
});

describe('get, list, delete, events', () => {
  test('get returns the object, or undefined where there is none', async () => {
    fake.on(`GET ${PODS}/web`, (_, response) => answer(response, 200, STORED));
    expect(await kube.get('Pod', { name: 'web', namespace: 'demo' }, deadline)).toEqual(STORED);
    expect(await kube.get('Pod', { name: 'gone', namespace: 'demo' }, deadline)).toBeUndefined();
    expect(await kube.get('Node', { name: 'n1' }, deadline)).toBeUndefined();
    expect(fake.requests.at(-1)?.url.pathname).toBe('/api/v1/nodes/n1');
  });

  test('list reads page after page and gives every item its kind', async () => {
    fake.on(`GET ${PODS}`, ({ url }, response) => {
      const next = url.searchParams.get('continue') === null ? 'token' : '';
      const item = { metadata: { name: next === '' ? 'b' : 'a' }, spec: {} };
      const metadata = { resourceVersion: '9', continue: next };
      answer(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items: [item] });
    });
    const items = await kube.list('Pod', { namespace: 'demo', labelSelector: 'a=b' }, deadline);
    expect(items.map((item) => [item.kind, item.metadata.name])).toEqual([
      ['Pod', 'a'],
      ['Pod', 'b'],
    ]);
    expect(fake.requests[0]?.url.searchParams.get('labelSelector')).toBe('a=b');
  });

  test('list starts again when a page token is too old', async () => {
    let asked = 0;
    fake.on(`GET ${PODS}`, ({ url }, response) => {
      asked += 1;
      const isStale = url.searchParams.has('continue');
      const metadata = asked === 1 ? { continue: 'old' } : {};
      if (isStale) answer(response, 410, failure(410, 'Expired', 'too old'));
      else answer(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items: null });
    });
    expect(await kube.list('Pod', { namespace: 'demo' }, deadline)).toEqual([]);
    expect(asked).toBe(3);
  });

  test('delete asks for the grace period and does not mind a missing object', async () => {
    await kube.delete('Pod', { name: 'web', namespace: 'demo' }, deadline, 1);
    expect(fake.requests[0]).toMatchObject({
      method: 'DELETE',
      body: { gracePeriodSeconds: 1, propagationPolicy: 'Background' },
    });
    fake.on(`DELETE ${PODS}/web`, (_, response) => answer(response, 403, failure(403, 'Forbidden', 'no')));
    await expect(kube.delete('Pod', { name: 'web', namespace: 'demo' }, deadline)).rejects.toMatchObject({
      code: 'API_FORBIDDEN',
    });
  });

  test('events come oldest first, in the old and the new form', async () => {
    const item = (reason: string, fields: object): object => ({
      metadata: { name: reason },
      reason,
      ...fields,
    });
    const items = [
      item('Failed', {
        type: 'Warning',
        message: 'no',
        count: 3,
        lastTimestamp: '2026-11-23T10:00:02Z',
        source: { component: 'kubelet' },
      }),
      item('Scheduled', { eventTime: '2026-11-23T10:00:01.5Z', reportingComponent: 'default-scheduler' }),
    ];
    fake.on('GET /api/v1/namespaces/demo/events', (_, response) =>
      answer(response, 200, { kind: 'EventList', apiVersion: 'v1', metadata: {}, items }),
    );
    expect(await kube.events({ namespace: 'demo', uid: 'u1' }, deadline)).toEqual([
      { type: 'Normal', reason: 'Scheduled', message: '', source: 'default-scheduler', count: 1 },
      { type: 'Warning', reason: 'Failed', message: 'no', source: 'kubelet', count: 3 },
    ]);
    expect(fake.requests[0]?.url.searchParams.get('fieldSelector')).toBe('involvedObject.uid=u1');
  });
});

describe('the connection', () => {
  test('is used again', async () => {
    fake.on('GET /version', (_, response) => answer(response, 200, { gitVersion: 'v1.37.2' }));
    for (let i = 0; i < 20; i += 1) expect(await kube.serverVersion(deadline)).toBe('v1.37.2');
    expect(fake.connections).toBeLessThanOrEqual(2);
  });

  test('is never opened for a server that another authority signed', async () => {
    const config = await readFile(fake.kubeconfig, 'utf8');
    const parsed = JSON.parse(config) as { clusters: { cluster: Record<string, string> }[] };
    const client = JSON.parse(config) as { users: { user: Record<string, string> }[] };
    // The client's own certificate in the place of the authority.
    const wrong = client.users[0]?.user['client-certificate-data'] ?? '';
    for (const { cluster } of parsed.clusters) cluster['certificate-authority-data'] = wrong;
    await writeFile(fake.kubeconfig, JSON.stringify(parsed));
    const stranger = await connect({ kubeconfig: fake.kubeconfig });
    await expect(stranger.serverVersion(deadline)).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/),
    });
    const result = await stranger.podRunner({ namespace: 'demo', name: 'web' }).run(['id'], { deadline });
    expect(result.kind).toBe('inconclusive');
    expect(fake.requests).toEqual([]);
    await stranger.close();
  });

  test('names the address when nobody listens', async () => {
    await fake[Symbol.asyncDispose]();
    await expect(kube.serverVersion(deadline)).rejects.toMatchObject({
      name: 'InfrastructureError',
      code: 'API_UNREACHABLE',
      message: expect.stringMatching(/^GET https:\/\/127\.0\.0\.1:\d+\/version: ECONNREFUSED/),
    });
    fake = await FakeApiServer.start();
  });

  test.each(['before the answer', 'within the answer'])('says when it was cut %s', async (moment) => {
    fake.on('GET /version', (_, response) => {
      if (moment === 'within the answer') response.write('{"gitVer');
      void systemClock.sleep(20).then(() => response.destroy());
    });
    await expect(kube.serverVersion(deadline)).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  });

  test('a server that is silent meets the deadline', async () => {
    fake.on('GET /version', () => undefined);
    const short = Deadline.in(150, 'the version');
    await expect(kube.serverVersion(short)).rejects.toMatchObject({
      name: 'TimeoutError',
      lastObservation: expect.stringContaining('no complete answer to GET https://127.0.0.1'),
    });
  });

  test('passes on why somebody stopped', async () => {
    const stop = new AbortController();
    fake.on('GET /version', () => stop.abort(new Error('Ctrl-C')));
    const stopped = kube.serverVersion(Deadline.in(5000, 'the version', stop.signal));
    await expect(stopped).rejects.toMatchObject({ message: 'Ctrl-C' });
  });

  test('shows an answer that is not from an API server', async () => {
    fake.on('GET /version', (_, response) => response.writeHead(502).end('<html>Bad gateway</html>'));
    await expect(kube.serverVersion(deadline)).rejects.toMatchObject({
      code: 'API_SERVER_ERROR',
      message: expect.stringContaining('HTTP 502 Bad Gateway: <html>'),
    });
  });

  test('ends with the signal it was opened with', async () => {
    const stop = new AbortController();
    const other = await connect({ kubeconfig: fake.kubeconfig, signal: stop.signal });
    fake.on('GET /version', () => stop.abort());
    await expect(other.serverVersion(deadline)).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  });
});
