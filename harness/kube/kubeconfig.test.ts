import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKubeconfig } from './kubeconfig.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** As kind 0.33 writes it, with a second context that is not the current one. */
function kindConfig(change: { server?: string; cluster?: string; user?: string } = {}): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Q0E=
    server: ${change.server ?? 'https://127.0.0.1:41021'}
${change.cluster ?? ''}
  name: kind-a
- cluster: { server: "https://203.0.113.9" }
  name: elsewhere
contexts:
- context: { cluster: kind-a, user: kind-a }
  name: kind-a
- context: { cluster: elsewhere, user: plugin }
  name: elsewhere
current-context: kind-a
kind: Config
preferences: {}
users:
- name: kind-a
  user:
${change.user ?? '    client-certificate-data: Q0VSVA==\n    client-key-data: S0VZ'}
- name: plugin
  user: { exec: { command: rm } }
`;
}

async function read(text: string): Promise<unknown> {
  const path = join(folder, 'config');
  await writeFile(path, text, { mode: 0o600 });
  return readKubeconfig(path);
}

describe('readKubeconfig', () => {
  test('takes the current context of a kind kubeconfig', async () => {
    expect(await read(kindConfig())).toEqual({
      server: 'https://127.0.0.1:41021',
      tls: { ca: Buffer.from('CA'), cert: Buffer.from('CERT'), key: Buffer.from('KEY') },
    });
  });

  test('takes a token and a TLS server name', async () => {
    const text = kindConfig({ cluster: '    tls-server-name: kubernetes', user: '    token: abc' });
    expect(await read(text)).toMatchObject({
      authorization: 'Bearer abc',
      tls: { servername: 'kubernetes' },
    });
  });

  test.each([
    ['an exec plugin', { user: '    exec: { command: aws }' }, 'KUBECONFIG_RUNS_COMMANDS'],
    ['an auth provider', { user: '    auth-provider: { name: gcp }' }, 'KUBECONFIG_RUNS_COMMANDS'],
    ['plain HTTP', { server: 'http://127.0.0.1:8080' }, 'KUBECONFIG_INSECURE'],
    ['an unverified server', { cluster: '    insecure-skip-tls-verify: true' }, 'KUBECONFIG_INSECURE'],
    ['a proxy', { cluster: '    proxy-url: http://127.0.0.1:3128' }, 'KUBECONFIG_INSECURE'],
    ['a public address', { server: 'https://203.0.113.9:6443' }, 'KUBECONFIG_REMOTE_SERVER'],
    ['a host name', { server: 'https://prod.example.com' }, 'KUBECONFIG_REMOTE_SERVER'],
    ['a mapped public address', { server: 'https://[::ffff:203.0.113.9]' }, 'KUBECONFIG_REMOTE_SERVER'],
  ])('refuses %s for safety', async (_, change, code) => {
    await expect(read(kindConfig(change))).rejects.toMatchObject({ name: 'SafetyError', code });
  });

  test.each(['10.0.0.1', '172.18.0.2', '192.168.49.2', '[::1]', 'localhost'])('accepts %s', async (host) => {
    const server = `https://${host}:6443`;
    expect(await read(kindConfig({ server }))).toMatchObject({ server });
  });

  test.each([
    ['no YAML', '{{{', 'KUBECONFIG_UNREADABLE'],
    ['an empty file', '', 'KUBECONFIG_UNREADABLE'],
    ['a context without a cluster', 'current-context: x', 'KUBECONFIG_UNREADABLE'],
  ])('says what is wrong with %s', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'UsageError', code });
  });

  test('says that the file is missing', async () => {
    await expect(readKubeconfig(join(folder, 'none'))).rejects.toMatchObject({
      code: 'KUBECONFIG_UNREADABLE',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
