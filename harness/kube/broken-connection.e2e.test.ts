import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { CommandResult } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import { E2eNamespace, e2eSetting, within } from '../testing/e2e-namespace.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { connect } from './client.ts';

const cleanup = new AsyncDisposableStack();
let kube: KubeClient;
let space: E2eNamespace;

beforeAll(async () => {
  kube = await connect({ kubeconfig: e2eSetting('PODPROOF_E2E_KUBECONFIG'), confirmExits: false });
  cleanup.defer(() => kube.close());
  space = cleanup.use(await E2eNamespace.create(kube));
  await space.start('web');
}, 90_000);

afterAll(() => cleanup.disposeAsync(), 60_000);

describe('a connection that breaks', () => {
  let folder: string;
  let proxy: TcpProxy;
  let throughProxy: KubeClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podproof-kube-e2e-'));
    const { hostname, port } = new URL(kube.server);
    proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    const text = await readFile(e2eSetting('PODPROOF_E2E_KUBECONFIG'), 'utf8');
    const kubeconfig = join(folder, 'kubeconfig');
    const server = `https://127.0.0.1:${String(proxy.port)}`;
    await writeFile(kubeconfig, text.replaceAll(kube.server, server), { mode: 0o600 });
    throughProxy = await connect({ kubeconfig, confirmExits: false });
  });
  afterAll(async () => {
    await throughProxy.close();
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Starts a command that says "ready" and goes on, and breaks the connection then. */
  function broken(how: () => void, deadline: Deadline): Promise<CommandResult> {
    return throughProxy
      .podRunner({ namespace: space.name, name: 'web' })
      .run(['sh', '-c', 'echo ready; sleep 5; echo done'], {
        deadline,
        onLine(line) {
          if (line === 'ready') how();
        },
      });
  }

  test('makes an exec inconclusive when it is cut', async () => {
    expect(await broken(() => proxy.cut(), within(20))).toMatchObject({
      kind: 'inconclusive',
      stdout: 'ready\n',
      why: expect.stringMatching(/without a status|ECONNRESET/),
    });
  }, 30_000);

  test('ends at the deadline when it goes silent', async () => {
    const result = await broken(() => proxy.freeze(), within(3));
    expect(result).toMatchObject({ kind: 'timedOut', stdout: 'ready\n' });
    proxy.cut();
  }, 30_000);

  test('is replaced by the watch, which misses nothing', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const watching = throughProxy.watchPods(space.selector, {
      signal: AbortSignal.any([stop.signal, within(60).signal]),
      giveUpMs: 10_000,
      onChange({ kind, pod: { metadata } }) {
        told.push(`${kind} ${metadata.name}`);
        if (told.length === 1) proxy.cut();
        if (kind === 'deleted' && metadata.name === 'unseen') stop.abort();
      },
    });
    await systemClock.sleep(300);
    await kube.create(space.pod('unseen'), within(10));
    await kube.delete('Pod', { name: 'unseen', namespace: space.name }, within(10), 0);
    await watching;
    expect(told.filter((change) => change.endsWith(' unseen')).at(-1)).toBe('deleted unseen');
  }, 70_000);
});
