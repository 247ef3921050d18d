import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandResult, RunOptions } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import { answer, FakeApiServer, failure } from '../testing/fake-api-server.ts';
import type { FakeExec } from '../testing/fake-exec.ts';
import { connect } from './client.ts';

let fake: FakeApiServer;
let kube: KubeClient;
beforeEach(async () => {
  fake = await FakeApiServer.start();
  kube = await connect({ kubeconfig: fake.kubeconfig });
});
afterEach(async () => {
  await kube.close();
  await fake[Symbol.asyncDispose]();
});

const POD = { namespace: 'demo', name: 'web' };
const within = (ms = 5000): Deadline => Deadline.in(ms, 'the test');

function run(options: Partial<RunOptions> = {}): Promise<CommandResult> {
  return kube.podRunner(POD).run(['id'], { deadline: within(), ...options });
}

/** What each exec was asked to start, in order. */
function started(): string[] {
  return fake.requests
    .filter(({ method }) => method === 'UPGRADE')
    .map(({ url }) => url.searchParams.getAll('command').slice(0, 2).join(' '));
}

const isSession = (exec: FakeExec): boolean => exec.url.searchParams.get('command') === '/usr/bin/session';

/** A session program that hands each request's number to `reply`. */
function session(exec: FakeExec, reply: (id: string) => void): void {
  exec.stdout('ready\n').onInput((chunk) => reply(chunk.toString().split(' ')[0] ?? ''));
}

/** A program that the guard started and that confirms its end. */
function confirmed(exec: FakeExec): void {
  const nonce = exec.url.searchParams.getAll('command')[3];
  exec
    .stdout('by exec')
    .stderr(`${String(nonce)}:0`)
    .exit(0);
}

/** Sessions that answer everything; other programs end well. */
function works(exec: FakeExec): void {
  if (isSession(exec)) session(exec, (id) => exec.stdout(`${id} exit 0 10 0 0\nby session`));
  else confirmed(exec);
}

describe('podRunner, by default', () => {
  test('opens one session for all commands of a container, whoever asks', async () => {
    fake.onExec(works);
    for (let i = 0; i < 3; i += 1)
      expect(await run()).toMatchObject({ kind: 'exited', stdout: 'by session' });
    await kube.podRunner({ ...POD, container: 'other' }).run(['id'], { deadline: within() });
    expect(started()).toEqual(['/usr/bin/session', '/usr/bin/session']);
    const { searchParams } = fake.requests[0]?.url ?? new URL('http://none');
    expect([searchParams.get('stdin'), searchParams.get('container')]).toEqual(['true', null]);
  });

  test('lets commands wait for their turn instead of opening more', async () => {
    fake.onExec(works);
    const results = await Promise.all([run(), run(), run()]);
    expect(results.map(({ kind }) => kind)).toEqual(['exited', 'exited', 'exited']);
    expect(started()).toHaveLength(1);
  });

  test.each<[string, (exec: FakeExec) => void, RegExp]>([
    ['is cut', (exec) => exec.stdout('1 exit 0 9 0 0\nhalf').cut(), /1006/],
    ['ends', (exec) => exec.exit(0), /ended with exit 0/],
    ['is killed', (exec) => exec.exit(137), /ended with exit 137/],
    ['has an unexpected status', (exec) => exec.status(failure(500, 'InternalError', 'lost')), /lost/],
    ['answers another request', (exec) => exec.stdout('7 exit 0 0 0 0\n'), /to request 1/],
  ])('is inconclusive when the session %s, and never uses it again', async (_, breaks, why) => {
    fake.onExec((exec) => session(exec, () => breaks(exec)));
    expect(await run()).toMatchObject({ kind: 'inconclusive', why: expect.stringMatching(why) });
    fake.onExec(works);
    expect(await run()).toMatchObject({ kind: 'exited', stdout: 'by session' });
    expect(started()).toHaveLength(2);
  });

  test('hangs up when the time is over, which ends the program in the pod', async () => {
    const stop = new AbortController();
    const heard = Promise.withResolvers<string>();
    fake.onExec((exec) => {
      session(exec, () => stop.abort(new Error('the time is over')));
      void exec.stdin.then(heard.resolve);
    });
    const result = await run({ deadline: Deadline.in(5000, 'the test', stop.signal) });
    expect(result).toMatchObject({ kind: 'inconclusive', why: 'stopped: the time is over' });
    expect(await heard.promise).toMatch(/^1 1 - \d+\n2\nid$/);
  });

  test('is inconclusive when the client closes meanwhile', async () => {
    fake.onExec((exec) => session(exec, () => void kube.close()));
    expect(await run()).toMatchObject({ kind: 'inconclusive' });
  });
});

describe('podRunner, where there is no session', () => {
  test.each<[string, (exec: FakeExec) => void]>([
    [
      'cannot be started',
      (exec) =>
        exec.status(
          failure(
            500,
            'InternalError',
            'OCI runtime exec failed: exec: "/usr/bin/session": no such file or directory',
          ),
        ),
    ],
    ['is another program', (exec) => exec.stdout('usage: session NAME\n')],
    ['ends at once', (exec) => exec.exit(127)],
  ])('runs each command by itself when the program %s', async (_, breaks) => {
    fake.onExec((exec) => (isSession(exec) ? breaks(exec) : confirmed(exec)));
    for (let i = 0; i < 2; i += 1) expect(await run()).toMatchObject({ kind: 'exited', stdout: 'by exec' });
    expect(started()).toEqual(['/usr/bin/session', 'sh -c', 'sh -c']);
  });

  test('tries again once the container is there', async () => {
    const message = 'unable to upgrade connection: container not found ("main")';
    fake.onExec((exec) => exec.status(failure(500, 'InternalError', message)));
    expect(await run()).toMatchObject({ kind: 'notStarted', why: message });
    fake.onExec(works);
    expect(await run()).toMatchObject({ kind: 'exited', stdout: 'by session' });
  });

  test('believes no status frame alone', async () => {
    fake.onExec((exec) => (isSession(exec) ? exec.exit(1) : exec.stdout('half').exit(0)));
    expect(await run()).toMatchObject({
      kind: 'inconclusive',
      stdout: 'half',
      why: expect.stringContaining('end mark is missing'),
    });
  });
});

describe('a session', () => {
  const gone = { ...POD, uid: '1' };
  const path = '/api/v1/namespaces/demo/pods/web';

  test('does not outlive its pod when we delete it', async () => {
    fake.onExec(works).on(`DELETE ${path}`, (_, response) => answer(response, 200, {}));
    await run();
    await kube.delete('Pod', { ...POD, name: 'other' }, within()).catch(() => undefined);
    await run();
    expect(started()).toHaveLength(1);
    await kube.delete('Pod', POD, within());
    await run();
    expect(started()).toHaveLength(2);
  });

  test('does not outlive its pod when somebody else deletes it', async () => {
    const stop = new AbortController();
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...gone, resourceVersion: '2' },
      spec: { containers: [] },
    };
    fake.onExec(works).on('GET /api/v1/pods', ({ url }, response) => {
      if (url.searchParams.get('watch') !== 'true')
        answer(response, 200, { kind: 'PodList', metadata: { resourceVersion: '1' }, items: [{ ...pod }] });
      else response.writeHead(200).end(`${JSON.stringify({ type: 'DELETED', object: pod })}\n`);
    });
    await run();
    await kube.watchPods('a=b', {
      signal: stop.signal,
      giveUpMs: 1000,
      onChange: ({ kind }) => (kind === 'deleted' ? stop.abort() : undefined),
    });
    await run();
    expect(started()).toHaveLength(2);
  });
});
