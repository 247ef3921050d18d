import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { readUserContexts } from './user-kubeconfig.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-user-kubeconfig-'));
  await mkdir(join(folder, 'pki'));
  await writeFile(join(folder, 'pki', 'ca.pem'), 'CA');
  await writeFile(join(folder, 'token'), 'from-file\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const FIRST = `
contexts:
- { name: mine, context: { cluster: kind, user: me, namespace: web } }
- { name: broken, context: { cluster: nowhere, user: me } }
clusters:
- name: kind
  cluster: { server: "https://127.0.0.1:41021", certificate-authority: pki/ca.pem }
users:
- { name: me, user: { token: embedded, tokenFile: token } }
current-context: mine
`;
const SECOND = `
contexts:
- { name: mine, context: { cluster: other, user: other } }
- { name: eks, context: { cluster: other, user: other } }
clusters:
- { name: kind, cluster: { server: "https://203.0.113.9" } }
- name: other
  cluster: { server: "https://203.0.113.1", insecure-skip-tls-verify: true, proxy-url: "http://p", tls-server-name: t }
users:
- name: other
  user:
    as: admin
    auth-provider: { name: gcp }
    exec: { apiVersion: v1, command: bin/aws, args: [eks, get-token], env: [{ name: A, value: b }], interactiveMode: Always }
`;

describe('readUserContexts', () => {
  test('merges files as kubectl does: the first of two entries with one name, and missing files do not count', async () => {
    const files = [
      join(folder, 'nosuch'),
      await file('first', FIRST),
      await file('second', SECOND),
      await file('empty', ''),
    ];
    const contexts = await readUserContexts(files);
    expect(contexts.names).toEqual(['mine', 'broken', 'eks']);
    expect(await contexts.read('mine')).toEqual({
      name: 'mine',
      cluster: {
        name: 'kind',
        server: 'https://127.0.0.1:41021',
        caData: Buffer.from('CA').toString('base64'),
        skipsTlsVerify: false,
      },
      user: { name: 'me', token: 'from-file', hasAuthProvider: false, impersonates: false },
    });
  });

  test('tells what is risky about a context', async () => {
    const contexts = await readUserContexts([await file('second', SECOND)]);
    expect(await contexts.read('eks')).toMatchObject({
      cluster: { skipsTlsVerify: true, proxyUrl: 'http://p', tlsServerName: 't' },
      user: {
        hasAuthProvider: true,
        impersonates: true,
        exec: { argv: [join(folder, 'bin/aws'), 'eks', 'get-token'], env: { A: 'b' }, interactive: true },
      },
    });
  });

  test('an unknown context is undefined, one that is not whole an error', async () => {
    const contexts = await readUserContexts([await file('first', FIRST)]);
    expect(await contexts.read('nosuch')).toBeUndefined();
    await expect(contexts.read('broken')).rejects.toMatchObject({
      code: 'KUBECONFIG_UNREADABLE',
      exitCode: 2,
    });
  });

  test.each([
    ['- a list'],
    ['{'],
    [
      'users: [{ name: me, user: { tokenFile: nosuch } }]\ncontexts: [{ name: c, context: { cluster: k, user: me } }]\nclusters: [{ name: k, cluster: { server: "https://127.0.0.1" } }]',
    ],
  ])('what cannot be read is an error that names the file: %j', async (text) => {
    const path = await file('odd', text);
    await expect(readUserContexts([path]).then((contexts) => contexts.read('c'))).rejects.toThrow(path);
  });

  test('a file that is no YAML is told by its line, and nothing of that line is shown', async () => {
    const path = await file('odd', `users:\n- name: me\n  user: { token: eWVz: S3cr3t\n   x: [\n`);
    const error: unknown = await readUserContexts([path]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'KUBECONFIG_UNREADABLE', exitCode: 2 });
    expect(String(error)).toMatch(/it is no YAML in line \d/);
    expect(inspect(error, { depth: 9 })).not.toContain('S3cr3t');
  });
});
