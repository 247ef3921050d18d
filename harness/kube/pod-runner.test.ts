import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, RunOptions } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import { FakeApiServer, failure } from '../testing/fake-api-server.ts';
import type { FakeExec } from '../testing/fake-exec.ts';
import { connect } from './client.ts';

let fake: FakeApiServer;
let kube: KubeClient;
beforeEach(async () => {
  fake = await FakeApiServer.start();
  kube = await connect({ kubeconfig: fake.kubeconfig, confirmExits: false });
});
afterEach(async () => {
  await kube.close();
  await fake[Symbol.asyncDispose]();
});

const POD = { namespace: 'demo', name: 'web', container: 'main' };

function run(
  argv: readonly [string, ...string[]] = ['id'],
  options: Partial<RunOptions> = {},
): Promise<CommandResult> {
  return kube.podRunner(POD).run(argv, { deadline: Deadline.in(5000, 'the test'), ...options });
}

describe('podRunner, when the stream ends as it should', () => {
  test('takes exit code 0 from the status frame and keeps the streams apart', async () => {
    fake.onExec((exec) => exec.stdout('out\n').stderr('err\n').exit(0));
    expect(await run()).toEqual({
      kind: 'exited',
      exitCode: 0,
      stdout: 'out\n',
      stderr: 'err\n',
      durationMs: expect.any(Number),
    });
  });

  test.each([1, 7, 137, 255])('takes exit code %i from the status frame', async (code) => {
    fake.onExec((exec) => exec.exit(code));
    expect(await run()).toMatchObject({ kind: 'exited', exitCode: code });
  });

  test('sends every word of the command as it is', async () => {
    fake.onExec((exec) => exec.exit(0));
    const argv: [string, ...string[]] = ['echo', 'a b', '$(id)', '&x=1', '', "'", 'ü'];
    await run(argv);
    const asked = fake.requests.at(-1)?.url;
    expect(asked?.pathname).toBe('/api/v1/namespaces/demo/pods/web/exec');
    expect(asked?.searchParams.getAll('command')).toEqual(argv);
    expect(asked?.searchParams.get('container')).toBe('main');
    expect(asked?.searchParams.has('stdin')).toBe(false);
  });

  test('hands over standard input and closes it', async () => {
    const stdin = 'ünïcödé '.repeat(20_000);
    fake.onExec(async (exec) => exec.stdout(await exec.stdin).exit(0));
    expect(await run(['cat'], { stdin })).toMatchObject({ kind: 'exited', stdout: stdin });
  });

  test('puts characters together that were cut between frames', async () => {
    const bytes = Buffer.from('ü🐳\n');
    fake.onExec((exec) => {
      for (const byte of bytes) exec.stdout(Buffer.of(byte));
      exec.exit(0);
    });
    const lines: string[] = [];
    expect(await run(['x'], { onLine: (line) => lines.push(line) })).toMatchObject({ stdout: 'ü🐳\n' });
    expect(lines).toEqual(['ü🐳']);
  });

  test('survives output that is not UTF-8', async () => {
    fake.onExec((exec) => exec.stdout(Buffer.of(0x61, 0xff, 0xfe, 0x00, 0x62)).exit(0));
    expect(await run()).toMatchObject({ kind: 'exited', stdout: 'a\ufffd\ufffd\0b' });
  });

  test('drops output beyond the cap, says so, and still learns the exit code', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    fake.onExec((exec) => {
      for (let i = 0; i < 40; i += 1) exec.stdout(chunk);
      exec.stderr('small').exit(3);
    });
    const result = await run();
    expect(result).toMatchObject({ kind: 'exited', exitCode: 3, stderr: 'small', truncated: true });
    expect(result.stdout).toHaveLength(1024 * 1024);
  });
});

describe('podRunner, when the outcome is not known', () => {
  test.each<[string, (exec: FakeExec) => void, RegExp]>([
    ['is cut', (exec) => exec.cut(), /without a status .*1006/],
    ['is closed with 1011', (exec) => exec.close(1011), /without a status .*1011/],
    ['is closed normally', (exec) => exec.close(1000), /without a status .*1000/],
    ['ends with broken JSON', (exec) => exec.status('{"status":"Succ'), /malformed exec status/],
    ['ends with an unknown status', (exec) => exec.status({ status: 'Maybe' }), /malformed exec status/],
    ['ends with an empty status', (exec) => exec.status(''), /malformed exec status/],
    [
      'ends with an exit code that is none',
      (exec) =>
        exec.status({
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ message: '1' }] },
        }),
      /without an exit code/,
    ],
    [
      'ends with a failure of the server',
      (exec) => exec.status(failure(500, 'InternalError', 'connection to the node lost')),
      /connection to the node lost/,
    ],
  ])('is inconclusive if the stream %s', async (_, end, why) => {
    fake.onExec((exec) => end(exec.stdout('all is ')));
    const result = await run();
    expect(result).toMatchObject({ kind: 'inconclusive', why: expect.stringMatching(why) });
  });

  test('keeps what was heard before the cut', async () => {
    fake.onExec((exec) => {
      exec.stdout('half an ans');
      void systemClock.sleep(50).then(() => exec.cut());
    });
    expect(await run()).toMatchObject({ kind: 'inconclusive', stdout: 'half an ans' });
  });

  test('ends at the deadline and leaves no connection', async () => {
    const closed = Promise.withResolvers<number>();
    fake.onExec((exec) => {
      exec.stdout('still here');
      void exec.closed.then(closed.resolve);
    });
    const result = await run(['sleep', '1d'], { deadline: Deadline.in(200, 'the test') });
    expect(result).toMatchObject({ kind: 'timedOut', stdout: 'still here' });
    expect(await closed.promise).toBe(1006);
  });

  test('is not a timeout when somebody stopped it', async () => {
    const stop = new AbortController();
    fake.onExec(() => stop.abort(new Error('Ctrl-C')));
    const result = await run(['sleep', '1d'], { deadline: Deadline.in(5000, 'the test', stop.signal) });
    expect(result).toMatchObject({ kind: 'inconclusive', why: 'stopped: Ctrl-C' });
  });

  test('is inconclusive when the client closes meanwhile', async () => {
    fake.onExec(() => void kube.close());
    expect(await run()).toMatchObject({ kind: 'inconclusive' });
  });
});

describe('podRunner, when the command never started', () => {
  test.each([
    [403, 'Forbidden', 'pods "web" is forbidden: User "x" cannot create resource "pods/exec"'],
    [404, 'NotFound', 'pods "web" not found'],
    [500, 'InternalError', 'unable to upgrade connection'],
  ])('says what the server answered with HTTP %i', async (code, reason, message) => {
    fake.refuseExec(code, failure(code, reason, message));
    expect(await run()).toMatchObject({
      kind: 'notStarted',
      why: `HTTP ${String(code)} ${reason}: ${message}`,
    });
  });

  test('understands a container that is not there yet', async () => {
    const message = 'unable to upgrade connection: container not found ("main")';
    fake.onExec((exec) => exec.status(failure(500, 'InternalError', message)));
    expect(await run()).toMatchObject({ kind: 'notStarted', why: message });
  });

  test('names the address of a server that is gone', async () => {
    await fake[Symbol.asyncDispose]();
    expect(await run()).toMatchObject({
      kind: 'notStarted',
      why: expect.stringMatching(/wss:\/\/127\.0\.0\.1:\d+.*ECONNREFUSED/),
    });
    fake = await FakeApiServer.start();
  });

  test('does not start anything after the deadline', async () => {
    const before = fake.requests.length;
    const result = await run(['id'], { deadline: Deadline.in(0, 'the test', AbortSignal.abort('too late')) });
    expect(result.kind).toBe('notStarted');
    expect(fake.requests).toHaveLength(before);
  });

  test('does not pretend that it could set environment or folder', async () => {
    expect(await run(['env'], { env: { A: 'b' } })).toMatchObject({ kind: 'notStarted' });
    expect(await run(['pwd'], { cwd: '/tmp' })).toMatchObject({ kind: 'notStarted' });
  });

  test.each(['..', '.', '../../secrets', 'a/b', 'A', '', 'a'.repeat(254), 'a%2fb', '-a'])(
    'refuses the pod name %j',
    (name) => {
      expect(() => kube.podRunner({ namespace: 'demo', name })).toThrow('not a valid object name');
    },
  );

  test('refuses such names for namespace and container', () => {
    expect(() => kube.podRunner({ namespace: '..', name: 'web' })).toThrow('namespace name');
    expect(() => kube.podRunner({ ...POD, container: '../x' })).toThrow('container name');
  });
});
