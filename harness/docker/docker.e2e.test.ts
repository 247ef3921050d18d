import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { CommandRunner } from '../core/command.ts';
import { local } from '../shell/local.ts';
import { e2eSetting, within } from '../testing/e2e-settings.ts';
import { connectDocker } from './connect.ts';
import type { DockerEngine } from './engine-port.ts';
import { startOutsider, type Outsider } from './outsider.ts';

const endpoint = e2eSetting('PODPROOF_E2E_ENGINE');
const image = e2eSetting('PODPROOF_E2E_WORKLOAD');
/** One outsider per cluster, so every container of these tests has one of its own. */
const cluster = 'podproof-e2ee2e';
const OTHER = 'podproof-e2eaaa';

let docker: DockerEngine;
let box: Outsider;
let runner: CommandRunner;

/** A command of the docker command line, as somebody else would give it. */
async function cli(...args: string[]): Promise<string> {
  const result = await local().run([e2eSetting('PODPROOF_E2E_DOCKER_CLI'), ...args], {
    deadline: within(30),
    env: { DOCKER_HOST: endpoint },
  });
  if (result.kind !== 'exited' || result.exitCode !== 0)
    throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

function startBox(forCluster: string): Promise<Outsider> {
  return startOutsider({
    docker,
    env: {},
    image,
    network: 'none',
    cluster: forCluster,
    deadline: within(60),
  });
}

beforeAll(async () => {
  docker = await connectDocker({ endpoint, env: {} });
  box = await startBox(cluster);
  ({ runner } = box);
}, 90_000);

afterAll(async () => {
  for (const name of [cluster, OTHER]) {
    for (const { id } of await docker.containers.list({ 'podproof.cluster': name }, within(20))) {
      await docker.containers.remove(id, within(20));
    }
  }
  docker.close();
}, 60_000);

const sh = (script: string, seconds = 20): ReturnType<CommandRunner['run']> =>
  runner.run(['sh', '-c', script], { deadline: within(seconds) });

describe('commands in a container of a real engine', () => {
  test('streams, exit code, environment and folder', async () => {
    const result = await runner.run(['sh', '-c', 'echo "$A in $PWD"; echo no >&2; exit 7'], {
      deadline: within(20),
      env: { A: "it's $HOME" },
      cwd: '/tmp',
    });
    expect(result).toMatchObject({
      kind: 'exited',
      exitCode: 7,
      stdout: "it's $HOME in /tmp\n",
      stderr: 'no\n',
    });
  });

  test('standard input is delivered whole and closed', async () => {
    const stdin = 'x'.repeat(3_000_000);
    const result = await runner.run(['wc', '-c'], { deadline: within(20), stdin });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0, stdout: '3000000\n' });
  });

  test('programs that cannot be started are no answers', async () => {
    const missing = await runner.run(['no-such-program'], { deadline: within(20) });
    expect(missing).toMatchObject({ kind: 'notStarted', why: expect.stringContaining('not found') });
    const noFolder = await runner.run(['pwd'], { deadline: within(20), cwd: '/nowhere' });
    expect(noFolder).toMatchObject({ kind: 'notStarted', why: expect.stringContaining('/nowhere') });
  });

  test('a command that outlives its deadline is gone afterwards, with its children', async () => {
    const result = await sh('sleep 4242 & sleep 4242', 1);
    expect(result.kind).toBe('timedOut');
    expect(result.durationMs).toBeLessThan(4000);
    const { stdout } = await sh('ps -o stat,args');
    expect(stdout.split('\n').filter((line) => line.includes('sleep 4242') && !line.startsWith('Z'))).toEqual(
      [],
    );
  });

  test('every one of many commands at once gives its own whole output and its own exit code', async () => {
    const all = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        sh(
          `i=0; while [ $i -lt 2000 ]; do echo line-${String(index)}-$i; i=$((i+1)); done; exit ${String(index)}`,
          90,
        ),
      ),
    );
    all.forEach((result, index) => {
      expect(result).toMatchObject({ kind: 'exited', exitCode: index, stderr: '' });
      const lines = result.stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(2000);
      expect(lines.at(-1)).toBe(`line-${String(index)}-1999`);
    });
  }, 120_000);

  test('output without end costs neither memory nor the exit code', async () => {
    const before = process.memoryUsage().rss;
    const result = await sh('head -c 209715200 /dev/zero; exit 3', 90);
    expect(result).toMatchObject({ kind: 'exited', exitCode: 3, truncated: true });
    expect(result.stdout).toHaveLength(8 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  }, 120_000);

  test('bytes that are no text do not break it', async () => {
    expect(await sh(String.raw`printf 'a\377\376b'`)).toMatchObject({
      kind: 'exited',
      stdout: 'a\uFFFD\uFFFDb',
    });
  });
});

describe('a container that does not behave', () => {
  let other: Outsider;
  const run = (script: string, seconds = 20): ReturnType<CommandRunner['run']> =>
    other.runner.run(['sh', '-c', script], { deadline: within(seconds) });

  /** Settles when the command has written its first line; the promise of its result is wrapped, to be awaited later. */
  const started = async (
    script: string,
    seconds: number,
  ): Promise<{ readonly result: ReturnType<CommandRunner['run']> }> => {
    const first = Promise.withResolvers<void>();
    const result = other.runner.run(['sh', '-c', script], {
      deadline: within(seconds),
      onLine: () => {
        first.resolve();
      },
    });
    await Promise.race([first.promise, result]);
    return { result };
  };

  beforeAll(async () => {
    other = await startBox(OTHER);
  }, 60_000);

  test('paused: no answer, at once; paused in between: no answer until the deadline', async () => {
    await cli('pause', other.name);
    expect(await run('true')).toMatchObject({ kind: 'inconclusive', why: expect.stringContaining('paused') });
    await cli('unpause', other.name);
    // Only a command that runs may be frozen: pausing while the runtime starts one locks up the engine itself
    // (containerd 1.6), and then not even removing the container works.
    const running = await started('echo started; sleep 2; echo done', 4);
    await cli('pause', other.name);
    expect((await running.result).kind).toBe('timedOut');
    await cli('unpause', other.name);
    expect(await run('echo back')).toMatchObject({ kind: 'exited', stdout: 'back\n' });
  }, 60_000);

  test('killed in between: no exit code', async () => {
    const running = await started('echo started; sleep 20', 30);
    await cli('kill', other.name);
    expect(await running.result).toMatchObject({ kind: 'inconclusive', stdout: 'started\n' });
    expect(await run('true')).toMatchObject({
      kind: 'inconclusive',
      why: expect.stringContaining('not running'),
    });
  }, 60_000);

  test('paused: it can be removed all the same', async () => {
    const paused = await startBox(OTHER);
    await cli('pause', paused.name);
    await paused.stop(within(15));
    expect(await docker.containers.inspect(paused.name, within(5))).toBeUndefined();
  }, 90_000);

  test('gone: no answer, and removing it again is fine', async () => {
    await other.stop(within(20));
    expect(await run('true')).toMatchObject({
      kind: 'inconclusive',
      why: expect.stringContaining('No such container'),
    });
    expect(await docker.containers.inspect(other.name, within(20))).toBeUndefined();
  });
});

describe('the container outside the nodes', () => {
  test('has no capability, no mount, no port and our label', async () => {
    const [raw] = JSON.parse(await cli('inspect', box.name)) as [
      { HostConfig: Record<string, unknown>; Mounts: unknown[]; Config: { Labels: Record<string, string> } },
    ];
    expect(raw.HostConfig).toMatchObject({ CapDrop: ['ALL'], Privileged: false, NetworkMode: 'none' });
    expect(raw.HostConfig['PortBindings'] ?? {}).toEqual({});
    expect(raw.Mounts).toEqual([]);
    expect(raw.Config.Labels).toMatchObject({ 'podproof.cluster': cluster });
    expect((await sh('grep CapEff /proc/self/status')).stdout).toContain('0000000000000000');
  });

  test('leaves the environment of this process as it was', () => {
    // oxlint-disable-next-line node/no-process-env -- this is what is tested
    expect(process.env).not.toHaveProperty('TESTCONTAINERS_HOST_OVERRIDE');
  });

  test('an image that is not there is named, and nothing is left of the attempt', async () => {
    const options = {
      docker,
      env: {},
      image: 'localhost/none:1',
      network: 'none',
      cluster: OTHER,
      deadline: within(30),
    };
    await expect(startOutsider(options)).rejects.toMatchObject({
      code: 'OUTSIDER_FAILED',
      message: expect.stringContaining('localhost/none:1'),
    });
  });
});

describe('asking the engine', () => {
  test('knows what is there and what is not', async () => {
    const deadline = within(30);
    expect(await docker.images.has(image, deadline)).toBe(true);
    expect(await docker.images.has('localhost/none:1', deadline)).toBe(false);
    expect(await docker.networks.inspect('podproof-none', deadline)).toBeUndefined();
    expect((await docker.networks.inspect('none', deadline))?.containers).toHaveLength(1);
    expect(await docker.containers.list({ 'podproof.cluster': cluster }, deadline)).toMatchObject([
      { name: box.name, state: 'running' },
    ]);
  });

  test('a registry that does not answer is no registry, in bounded time', async () => {
    const asked = Deadline.in(4000, 'the registry');
    expect(await docker.images.registryRefusal('localhost:1/none:1', asked)).toMatch(/refused/);
  });
});
