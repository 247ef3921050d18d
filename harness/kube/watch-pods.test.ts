import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { systemClock } from '../core/clock.ts';
import type { KubeClient } from '../core/kube.ts';
import { answer, failure, FakeApiServer } from '../testing/fake-api-server.ts';
import { connect } from './client.ts';

let fake: FakeApiServer;
let kube: KubeClient;
let stop: AbortController;
beforeEach(async () => {
  fake = await FakeApiServer.start();
  kube = await connect({ kubeconfig: fake.kubeconfig });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await kube.close();
  await fake[Symbol.asyncDispose]();
});

function pod(name: string, version: number): object {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, namespace: 'demo', uid: `uid-${name}`, resourceVersion: String(version) },
    spec: { containers: [] },
  };
}

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const bookmark = (version: number): string =>
  line('BOOKMARK', { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: String(version) } });

/** Answers the n-th list and the n-th watch with the n-th script; the last one goes on for good. */
function script(steps: {
  lists: readonly (readonly object[])[];
  watches: readonly ((response: ServerResponse) => void)[];
}): void {
  let lists = 0;
  let watches = 0;
  fake.on('GET /api/v1/pods', ({ url }, response) => {
    if (url.searchParams.get('watch') === 'true') {
      const play = steps.watches[Math.min(watches++, steps.watches.length - 1)];
      play?.(response);
      response.flushHeaders();
      return;
    }
    const items = steps.lists[Math.min(lists++, steps.lists.length - 1)];
    const metadata = { resourceVersion: String(100 * lists) };
    answer(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items });
  });
}

/** Watches until the change `last` was told, and returns everything that was told. */
async function watchUntil(last: string, giveUpMs = 2000): Promise<readonly string[]> {
  const told: string[] = [];
  await kube.watchPods('podproof=run', {
    signal: stop.signal,
    giveUpMs,
    onChange({ kind, pod: { metadata } }) {
      told.push(`${kind} ${metadata.name}@${metadata.resourceVersion ?? ''}`);
      if (told.at(-1) === last) stop.abort();
    },
  });
  return told;
}

/** Versions that the watches started from. */
function startedFrom(): readonly (string | null)[] {
  return fake.requests
    .filter(({ url }) => url.searchParams.get('watch') === 'true')
    .map(({ url }) => url.searchParams.get('resourceVersion'));
}

test('tells what is there, then every change, and settles when it is stopped', async () => {
  script({
    lists: [[pod('a', 1)]],
    watches: [
      (response) => {
        const text =
          line('ADDED', pod('b', 101)) + line('MODIFIED', pod('b', 102)) + line('DELETED', pod('a', 103));
        for (let at = 0; at < text.length; at += 10) response.write(text.slice(at, at + 10));
      },
    ],
  });
  expect(await watchUntil('deleted a@103')).toEqual([
    'changed a@1',
    'changed b@101',
    'changed b@102',
    'deleted a@103',
  ]);
  expect(fake.requests[0]?.url.searchParams.get('labelSelector')).toBe('podproof=run');
});

test('goes on after a cut from the last version it heard of, bookmarks included', async () => {
  script({
    lists: [[]],
    watches: [
      (response) => {
        response.write(line('ADDED', pod('a', 101)) + bookmark(150) + '{"type":"MODIFI');
        void systemClock.sleep(20).then(() => response.destroy());
      },
      (response) => response.end(line('MODIFIED', pod('a', 151))),
      (response) => response.write(line('DELETED', pod('a', 152))),
    ],
  });
  expect(await watchUntil('deleted a@152')).toEqual(['changed a@101', 'changed a@151', 'deleted a@152']);
  expect(startedFrom()).toEqual(['100', '150', '151']);
});

test('goes on after a line that is broken', async () => {
  script({
    lists: [[]],
    watches: [
      (response) => response.write(`${line('ADDED', pod('a', 101))}{"type":\n`),
      (response) => response.write(line('MODIFIED', pod('a', 102))),
    ],
  });
  expect(await watchUntil('changed a@102')).toEqual(['changed a@101', 'changed a@102']);
});

test.each(['as an event', 'as an HTTP status'])(
  'lists again after 410 %s and tells who vanished',
  async (how) => {
    const gone = failure(410, 'Expired', 'too old resource version');
    script({
      lists: [
        [pod('a', 1), pod('b', 2), pod('c', 3)],
        [pod('b', 2), pod('c', 7), pod('d', 8)],
      ],
      watches: [
        (response) => {
          if (how === 'as an event') response.writeHead(200).write(line('ERROR', gone));
          else answer(response, 410, gone);
        },
        () => undefined,
      ],
    });
    expect(await watchUntil('changed d@8')).toEqual([
      'changed a@1',
      'changed b@2',
      'changed c@3',
      'deleted a@1',
      'changed c@7',
      'changed d@8',
    ]);
  },
);

test('gives up when the server stays away', async () => {
  script({ lists: [[pod('a', 1)]], watches: [() => undefined] });
  const watching = watchUntil('never', 400);
  void systemClock.sleep(100).then(() => fake[Symbol.asyncDispose]());
  await expect(watching).rejects.toMatchObject({
    name: 'InfrastructureError',
    code: 'WATCH_LOST',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  fake = await FakeApiServer.start();
});

test('gives up when every list hangs', async () => {
  fake.on('GET /api/v1/pods', () => undefined);
  await expect(watchUntil('never', 200)).rejects.toMatchObject({ code: 'WATCH_LOST' });
});

test('gives up on streams that end as soon as they begin', async () => {
  script({ lists: [[]], watches: [(response) => response.end()] });
  await expect(watchUntil('never', 300)).rejects.toMatchObject({ code: 'WATCH_LOST' });
  expect(fake.requests.length).toBeLessThan(8);
});

test('does not try again what the server refuses for good', async () => {
  fake.on('GET /api/v1/pods', (_, response) =>
    answer(response, 403, failure(403, 'Forbidden', 'pods is forbidden')),
  );
  await expect(watchUntil('never')).rejects.toMatchObject({
    code: 'API_FORBIDDEN',
    message: expect.stringContaining('HTTP 403 Forbidden: pods is forbidden'),
  });
  expect(fake.requests).toHaveLength(1);
});

test('survives an API server that comes back and does not know the rights yet', async () => {
  script({
    lists: [[pod('a', 1)]],
    watches: [
      (response) => response.destroy(),
      (response) => answer(response, 403, failure(403, 'Forbidden', 'pods is forbidden')),
      (response) => response.write(line('ADDED', pod('b', 101))),
    ],
  });
  expect(await watchUntil('changed b@101')).toEqual(['changed a@1', 'changed b@101']);
});

test('passes on what onChange throws', async () => {
  script({ lists: [[pod('a', 1)]], watches: [() => undefined] });
  const watching = kube.watchPods('podproof=run', {
    signal: stop.signal,
    giveUpMs: 1000,
    onChange() {
      throw new Error('a bug of ours');
    },
  });
  await expect(watching).rejects.toThrow('a bug of ours');
});

test('settles when the client closes', async () => {
  script({ lists: [[pod('a', 1)]], watches: [() => undefined] });
  const first = Promise.withResolvers<undefined>();
  const watching = kube.watchPods('podproof=run', {
    signal: stop.signal,
    giveUpMs: 1000,
    onChange: () => first.resolve(undefined),
  });
  await first.promise;
  await kube.close();
  await expect(watching).resolves.toBeUndefined();
});
