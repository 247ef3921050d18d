import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../core/command.ts';
import { describeResult } from '../core/command.ts';
import { isPod, type KubeClient } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';
import { local } from '../shell/local.ts';
import { E2eNamespace, e2eSetting, within } from '../testing/e2e-namespace.ts';
import { e2eSetting as engineSetting } from '../testing/e2e-settings.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { connect } from './client.ts';

const cleanup = new AsyncDisposableStack();
let plain: KubeClient;
let space: E2eNamespace;
let node: string;
let proxy: TcpProxy;
let kube: KubeClient;

beforeAll(async () => {
  plain = await connect({ kubeconfig: e2eSetting('PODPROOF_E2E_KUBECONFIG'), confirmExits: false });
  cleanup.defer(() => plain.close());
  space = cleanup.use(await E2eNamespace.create(plain));
  await space.start('web');
  const pod = await plain.get('Pod', { namespace: space.name, name: 'web' }, within(10));
  node = (isPod(pod) && pod.spec.nodeName) || '';
}, 90_000);
afterAll(() => cleanup.disposeAsync(), 60_000);

beforeEach(async () => {
  const { hostname, port } = new URL(plain.server);
  proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
  const folder = await mkdtemp(join(tmpdir(), 'podproof-kube-e2e-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const text = await readFile(e2eSetting('PODPROOF_E2E_KUBECONFIG'), 'utf8');
  const server = `https://127.0.0.1:${String(proxy.port)}`;
  await writeFile(kubeconfig, text.replaceAll(plain.server, server), { mode: 0o600 });
  kube = await connect({ kubeconfig });
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  await kube.close();
  await proxy[Symbol.asyncDispose]();
});

function inPod(
  client: KubeClient,
  argv: readonly [string, ...string[]],
  deadline = within(20),
): Promise<CommandResult> {
  return client.podRunner({ namespace: space.name, name: 'web' }).run(argv, { deadline });
}

/** Waits until the pod shows, or no longer shows, a process with this word. */
async function awaitProcess(word: string, wanted: boolean): Promise<void> {
  await poll(
    async () => {
      const { stdout } = await inPod(plain, ['ps', '-o', 'args']);
      return stdout.includes(word) === wanted ? done(true) : pending(stdout);
    },
    { deadline: within(10) },
  );
}

/** Starts a command in a session and breaks the connection while it runs. */
async function broken(seconds: string, how: () => unknown, deadline = within(20)): Promise<CommandResult> {
  expect(await inPod(kube, ['echo', 'open'])).toMatchObject({ kind: 'exited', stdout: 'open\n' });
  const running = inPod(kube, ['sh', '-c', 'sleep "$1"; true', '-', seconds], deadline);
  await awaitProcess(`sleep ${seconds}`, true);
  await how();
  return running;
}

async function ss(...args: readonly string[]): Promise<string> {
  const docker = engineSetting('PODPROOF_E2E_DOCKER_CLI');
  const env = { DOCKER_HOST: engineSetting('PODPROOF_E2E_ENGINE') };
  const argv = [docker, 'exec', node, 'ss', '--no-header', '--numeric', '--tcp', ...args] as const;
  const result = await local().run([...argv], { deadline: within(10), env });
  // A test that cuts nothing proves nothing.
  if (result.stdout.trim() === '') throw new Error(`nothing found on ${node}: ${describeResult(result)}`);
  return result.stdout;
}

/** Where the container runtime's own server of streams listens, on a port that is different each time. */
async function runtimePort(): Promise<string> {
  const listening = await ss('--listening', '--processes');
  return /127\.0\.0\.1(:\d+) .*"containerd"/.exec(listening)?.[1] ?? 'none';
}

describe('a session whose connection breaks', () => {
  test('between us and the API server makes its command inconclusive and ends it', async () => {
    expect(await broken('4731', () => proxy.cut())).toMatchObject({ kind: 'inconclusive' });
    await awaitProcess('4731', false);
    expect(await inPod(kube, ['echo', 'next'])).toMatchObject({ kind: 'exited', stdout: 'next\n' });
  }, 60_000);

  test('in silence ends its command at the deadline, in the pod too', async () => {
    const result = await broken('4732', () => proxy.freeze(), within(4));
    expect(result).toMatchObject({ kind: 'timedOut' });
    await awaitProcess('4732', false);
    proxy.cut();
  }, 60_000);

  test('between API server and kubelet makes its command inconclusive and ends it', async () => {
    const cut = (): Promise<string> => ss('--kill', 'sport', '=', ':10250');
    expect(await broken('4733', cut)).toMatchObject({ kind: 'inconclusive' });
    await awaitProcess('4733', false);
  }, 60_000);

  test('between kubelet and container runtime makes its command inconclusive and ends it', async () => {
    const port = await runtimePort();
    const cut = (): Promise<string> => ss('--kill', 'dst', '127.0.0.1', 'dport', '=', port);
    expect(await broken('4734', cut)).toMatchObject({ kind: 'inconclusive' });
    await awaitProcess('4734', false);
    expect(await inPod(kube, ['echo', 'next'])).toMatchObject({ kind: 'exited', stdout: 'next\n' });
  }, 60_000);
});
