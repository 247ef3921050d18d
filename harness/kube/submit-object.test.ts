import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import type { ForeignObject, ObjectSubmitter, Submission } from '../core/submission.ts';
import { answer, failure, FakeApiServer } from '../testing/fake-api-server.ts';
import { connect } from './client.ts';
import { parseWarnings } from './warnings.ts';

let fake: FakeApiServer;
let kube: KubeClient & ObjectSubmitter;
beforeEach(async () => {
  fake = await FakeApiServer.start();
  kube = await connect({ kubeconfig: fake.kubeconfig });
});
afterEach(async () => {
  await kube.close();
  await fake[Symbol.asyncDispose]();
});

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { hostNetwrok: true } };
const submit = (object: ForeignObject, dryRun = false): Promise<Submission> =>
  kube.submit(object, { namespace: 'ours', dryRun, deadline: Deadline.in(5000, 'the test') });

describe('submit', () => {
  test('sends the object as it is and hands on what the server warns of', async () => {
    fake.on('POST /api/v1/namespaces/ours/pods', ({ body }, response) => {
      response.setHeader('warning', [
        '299 - "unknown field \\"spec.hostNetwrok\\"", 299 - "second"',
        '299 - "third"',
      ]);
      answer(response, 201, body);
    });
    expect(await submit(POD)).toEqual({
      kind: 'accepted',
      object: POD,
      warnings: ['unknown field "spec.hostNetwrok"', 'second', 'third'],
    });
    expect(fake.requests[0]).toMatchObject({ body: POD });
    expect(fake.requests[0]?.url.search).toBe('?fieldValidation=Warn&fieldManager=podproof');
  });

  test('a dry run says so', async () => {
    fake.on('POST /apis/batch/v1/namespaces/ours/cronjobs', (_, response) =>
      answer(response, 201, { ...POD, kind: 'CronJob' }),
    );
    await submit({ ...POD, apiVersion: 'batch/v1', kind: 'CronJob' }, true);
    expect(fake.requests[0]?.url.searchParams.get('dryRun')).toBe('All');
  });

  test.each([400, 403, 409, 422])('HTTP %i is an answer about the object', async (status) => {
    fake.on('POST /api/v1/namespaces/ours/pods', (_, response) =>
      answer(response, status, failure(status, 'Because', 'pods "web" is forbidden')),
    );
    expect(await submit(POD)).toEqual({
      kind: 'refused',
      status,
      message: 'pods "web" is forbidden',
      warnings: [],
    });
  });

  test('HTTP 500 and 429 are none: the server could not say', async () => {
    fake.on('POST /api/v1/namespaces/ours/pods', (_, response) =>
      answer(response, 500, failure(500, 'InternalError', 'boom')),
    );
    await expect(submit(POD)).rejects.toMatchObject({ code: 'API_SERVER_ERROR' });
  });

  test.each([
    [{ ...POD, apiVersion: 'batch/v1beta1', kind: 'CronJob' }, 1],
    [{ ...POD, kind: 'PodProof' }, 0],
    [{ ...POD, apiVersion: '../../api/v1' }, 0],
    [{ kind: 7 }, 0],
  ])('a kind or version that nobody serves is refused: %j', async (object, requests) => {
    fake.on('POST /apis/batch/v1beta1/namespaces/ours/cronjobs', (_, response) =>
      response.writeHead(404).end('404 page not found\n'),
    );
    const said = await submit(object);
    expect(said).toMatchObject({
      kind: 'refused',
      status: 404,
      message: expect.stringContaining('does not serve'),
    });
    expect(fake.requests).toHaveLength(requests);
  });
});

test('warnings of proxies and broken headers are no warnings of the server', () => {
  expect(parseWarnings(undefined)).toEqual([]);
  expect(parseWarnings('110 proxy "Response is stale"')).toEqual([]);
  expect(parseWarnings('299 - "never closed')).toEqual([]);
});
