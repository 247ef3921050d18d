import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import type { KubeClient } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';
import { E2eNamespace, e2eSetting, within } from '../testing/e2e-namespace.ts';
import { connect } from './client.ts';
import { guarded } from './guarded-runner.ts';

const cleanup = new AsyncDisposableStack();
let kube: KubeClient;
let space: E2eNamespace;
let web: CommandRunner;

beforeAll(async () => {
  kube = await connect({ kubeconfig: e2eSetting('PODPROOF_E2E_KUBECONFIG'), confirmExits: false });
  cleanup.defer(() => kube.close());
  space = cleanup.use(await E2eNamespace.create(kube));
  await space.start('web');
  web = kube.podRunner({ namespace: space.name, name: 'web' });
}, 90_000);

afterAll(() => cleanup.disposeAsync(), 60_000);

function run(
  argv: readonly [string, ...string[]],
  options: Partial<RunOptions> = {},
): Promise<CommandResult> {
  return web.run(argv, { deadline: within(30), ...options });
}

describe('exec', () => {
  test('tells exit 0 from exit 7 and stdout from stderr', async () => {
    expect(await run(['sh', '-c', 'echo out; echo err >&2'])).toMatchObject({
      kind: 'exited',
      exitCode: 0,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await run(['sh', '-c', 'exit 7'])).toMatchObject({ kind: 'exited', exitCode: 7 });
    expect(await run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ kind: 'exited', exitCode: 137 });
  });

  test('hands over every word as it is', async () => {
    const words = ['a b', '$(id)', "'", '"', '*', '', '&x=1', '%2e', 'ü🐳', '\n'];
    const result = await run(['sh', '-c', 'for w in "$@"; do printf "[%s]" "$w"; done', '-', ...words]);
    expect(result.stdout).toBe(words.map((word) => `[${word}]`).join(''));
  });

  test('hands over standard input and its end', async () => {
    const stdin = randomBytes(300_000).toString('hex');
    expect(await run(['sha256sum'], { stdin })).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(await run(['wc', '-c'], { stdin })).toMatchObject({ stdout: expect.stringContaining('600000') });
    expect(await run(['cat'], { stdin: '' })).toMatchObject({ kind: 'exited', stdout: '' });
    expect(await run(['cat'])).toMatchObject({ kind: 'exited', stdout: '' });
  });

  test('survives 200 MiB of output that is not text', async () => {
    const before = process.memoryUsage().rss;
    const result = await run(['dd', 'if=/dev/urandom', 'bs=1048576', 'count=200'], { deadline: within(90) });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0, truncated: true });
    expect(result.stdout.length).toBeLessThanOrEqual(1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  }, 100_000);

  test('gives whole output each time, however often', async () => {
    const wanted = `${Array.from({ length: 2000 }, (_, i) => String(i + 1)).join('\n')}\n`;
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.all(Array.from({ length: 5 }, () => run(['seq', '2000'])));
      for (const result of results) expect(result).toMatchObject({ kind: 'exited', stdout: wanted });
    }
  }, 60_000);

  test('says why a command could not start', async () => {
    const deadline = within(20);
    expect(await run(['no-such-program'])).toMatchObject({
      kind: 'notStarted',
      why: expect.stringContaining('no-such-program'),
    });
    expect(
      await kube.podRunner({ namespace: space.name, name: 'none' }).run(['id'], { deadline }),
    ).toMatchObject({
      kind: 'notStarted',
      why: 'HTTP 404 NotFound: pods "none" not found',
    });
    const other = kube.podRunner({ namespace: space.name, name: 'web', container: 'other' });
    expect(await other.run(['id'], { deadline })).toMatchObject({
      kind: 'notStarted',
      why: expect.stringContaining('other'),
    });
    await kube.create(space.pod('waiting', { nodeSelector: { nowhere: 'yes' } }), deadline);
    const waiting = kube.podRunner({ namespace: space.name, name: 'waiting' });
    expect(await waiting.run(['id'], { deadline })).toMatchObject({ kind: 'notStarted' });
  }, 30_000);
});

describe('the guard', () => {
  test('agrees with a plain exec', async () => {
    const runner = guarded(web);
    expect(
      await runner.run(['sh', '-c', 'echo a; echo b >&2; exit 3'], { deadline: within(20) }),
    ).toMatchObject({ kind: 'exited', exitCode: 3, stdout: 'a\n', stderr: 'b\n' });
    const missing = await runner.run(['no-such-program'], { deadline: within(20) });
    expect(missing).toMatchObject({ kind: 'notStarted' });
    expect(await runner.run(['cat'], { deadline: within(20), stdin: 'in' })).toMatchObject({ stdout: 'in' });
  });

  /** What runs in the pod, besides the looking. Zombies are shown in brackets. */
  async function processes(): Promise<readonly string[]> {
    const { stdout } = await run(['ps', '-o', 'args']);
    return stdout.split('\n').filter((line) => !['COMMAND', 'ps -o args', ''].includes(line));
  }

  test('leaves no process and no trace of itself in the pod', async () => {
    const before = await processes();
    for (let i = 0; i < 5; i += 1) await guarded(web).run(['true'], { deadline: within(20) });
    expect(await guarded(web).run(['sleep', '4711'], { deadline: within(1) })).toMatchObject({
      kind: 'timedOut',
    });
    await poll(
      async () => {
        const seen = await processes();
        return seen.length === before.length ? done(seen) : pending(seen.join(' | '));
      },
      { deadline: within(10) },
    );
  }, 60_000);

  test('ends what the program started, too', async () => {
    const result = await guarded(web).run(['sh', '-c', 'sleep 4712; true'], { deadline: within(1) });
    expect(result).toMatchObject({ kind: 'timedOut' });
    await poll(
      async () => {
        const seen = await processes();
        return seen.some((line) => line.includes('4712')) ? pending(seen.join(' | ')) : done(seen);
      },
      { deadline: within(10) },
    );
  }, 60_000);
});
