import { describe, expect, test } from '@jest/globals';
import type { UserContext } from '../../core/user-context.ts';
import { judgeContext, type Permissions } from './judge-context.ts';

type Change = { readonly [part in 'cluster' | 'user']?: Readonly<Record<string, unknown>> };

function context(server: string, { cluster = {}, user = {} }: Change = {}): UserContext {
  return {
    name: 'mine',
    cluster: { name: 'mine', server, caData: 'Q0E=', skipsTlsVerify: false, ...cluster },
    user: { name: 'me', token: 't', hasAuthProvider: false, impersonates: false, ...user },
  };
}

const asked: string[] = [];
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['::1', '127.0.0.1'],
  'six.local': ['::1'],
  'kube.local': ['127.0.0.1'],
  'both.example': ['127.0.0.1', '203.0.113.9'],
  'prod.example': ['203.0.113.9'],
};
const lookup = (host: string): Promise<readonly string[]> => {
  asked.push(host);
  return Promise.resolve(NAMES[host] ?? []);
};

const judge = (given: UserContext, permissions: Partial<Permissions> = {}): Promise<unknown> =>
  judgeContext(given, { allowServers: [], allowExecPlugin: false, ...permissions }, lookup);

describe('judgeContext', () => {
  test.each([
    ['https://127.0.0.1:6443', { url: 'https://127.0.0.1:6443' }],
    ['https://[::1]:6443', { url: 'https://[::1]:6443' }],
    ['https://127.8.9.10', { url: 'https://127.8.9.10' }],
    ['https://localhost:6443/', { url: 'https://127.0.0.1:6443', tlsServerName: 'localhost' }],
    ['https://six.local:6443', { url: 'https://[::1]:6443', tlsServerName: 'six.local' }],
    ['https://kube.local:6443', { url: 'https://127.0.0.1:6443', tlsServerName: 'kube.local' }],
    [
      'https://kube.local/k8s/clusters/c-1',
      { url: 'https://127.0.0.1/k8s/clusters/c-1', tlsServerName: 'kube.local' },
    ],
  ])('%s is on this machine, and pinned to its address', async (server, pinned) => {
    expect(await judge(context(server))).toEqual(pinned);
  });

  test.each([
    'https://203.0.113.9:6443',
    'https://172.18.0.2:6443',
    'https://0.0.0.0:6443',
    'https://prod.example',
    'https://both.example',
    'https://unknown.example',
    'https://127.0.0.1.nip.example:6443',
  ])('%s is refused', async (server) => {
    await expect(judge(context(server))).rejects.toMatchObject({ code: 'SERVER_NOT_ALLOWED', exitCode: 8 });
  });

  test.each([
    ['https://203.0.113.9:6443', '203.0.113.9'],
    ['https://203.0.113.9:6443', '203.0.113.9:6443'],
    ['https://prod.example', 'prod.example'],
    ['https://prod.example', 'prod.example:443'],
    ['https://prod.example', '203.0.113.9'],
    ['https://both.example', 'both.example'],
    ['https://[2001:db8::1]:6443', '2001:db8::1'],
    ['https://[2001:db8::1]:6443', '[2001:db8::1]:6443'],
  ])('%s is allowed by --allow-server %s', async (server, allowed) => {
    await expect(judge(context(server), { allowServers: [allowed] })).resolves.toBeDefined();
  });

  test.each([
    ['https://prod.example', 'example'],
    ['https://prod.example', 'prod.example:6443'],
    ['https://203.0.113.9:6443', '203.0.113.90'],
    ['https://203.0.113.9:6443', '203.0.113.9:443'],
    ['https://both.example', '127.0.0.1'],
  ])('%s is not allowed by --allow-server %s', async (server, allowed) => {
    await expect(judge(context(server), { allowServers: [allowed] })).rejects.toMatchObject({ exitCode: 8 });
  });

  test('keeps the name that a kubeconfig gives for TLS', async () => {
    const given = context('https://127.0.0.1:6443', { cluster: { tlsServerName: 'kubernetes' } });
    expect(await judge(given)).toEqual({ url: 'https://127.0.0.1:6443', tlsServerName: 'kubernetes' });
  });

  test.each([
    ['KUBECONFIG_INSECURE', { cluster: { skipsTlsVerify: true } }],
    ['KUBECONFIG_INSECURE', { cluster: { proxyUrl: 'http://127.0.0.1:8080' } }],
    ['KUBECONFIG_INSECURE', { cluster: { server: 'https://127.0.0.1@prod.example' } }],
    ['KUBECONFIG_IMPERSONATES', { user: { impersonates: true } }],
    ['KUBECONFIG_RUNS_COMMANDS', { user: { hasAuthProvider: true } }],
    ['KUBECONFIG_RUNS_COMMANDS', { user: { exec: { argv: ['login'] } } }],
  ])('%s: %j', async (code, change) => {
    await expect(judge(context('https://kube.local', change))).rejects.toMatchObject({ code, exitCode: 8 });
  });

  test('nobody is asked about a name before everything else is in order', async () => {
    asked.length = 0;
    await expect(judge(context('http://kube.local'))).rejects.toMatchObject({ code: 'KUBECONFIG_INSECURE' });
    await expect(judge(context('https://kube.local', { user: { impersonates: true } }))).rejects.toThrow(
      'acts as somebody else',
    );
    await expect(
      judge(context('https://kube.local', { cluster: { caData: undefined } })),
    ).rejects.toMatchObject({
      code: 'KUBECONFIG_UNREADABLE',
      exitCode: 2,
    });
    expect(asked).toEqual([]);
  });

  test('a program that signs in may be allowed, an auth-provider never', async () => {
    const allowExecPlugin = true;
    const exec = { argv: ['login'] };
    await expect(
      judge(context('https://127.0.0.1', { user: { exec } }), { allowExecPlugin }),
    ).resolves.toBeDefined();
    await expect(
      judge(context('https://127.0.0.1', { user: { hasAuthProvider: true } }), { allowExecPlugin }),
    ).rejects.toMatchObject({ exitCode: 8 });
  });
});
