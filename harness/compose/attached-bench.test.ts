import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runSettings } from '../config/settings.ts';
import { requireConsent } from './attached-bench.ts';

/**
 * The real command line against a server that counts who comes: whatever is refused, is refused before anybody comes.
 * The server stands on an address of this machine that is not loopback, so it is "somewhere else" to podproof.
 */
const folder = mkdtempSync(join(tmpdir(), 'podproof-consent-'));
const KUBECONFIG = join(folder, 'config');
let server: Server;
let connections = 0;
let elsewhere = '';
const { KUBECONFIG: kubeconfigBefore } = process.env;

beforeAll(async () => {
  process.env['KUBECONFIG'] = KUBECONFIG;
  const addresses = Object.values(networkInterfaces()).flatMap((found = []) => found);
  const outward = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const port = (server.address() as { port: number }).port;
  elsewhere = `${outward?.address ?? '0.0.0.0'}:${String(port)}`;
  const contexts = {
    elsewhere: { server: `https://${elsewhere}` },
    insecure: { server: `https://127.0.0.1:${String(port)}`, 'insecure-skip-tls-verify': true },
    proxied: { server: `https://127.0.0.1:${String(port)}`, 'proxy-url': `http://127.0.0.1:${String(port)}` },
    plain: { server: `http://127.0.0.1:${String(port)}` },
    here: { server: `https://localhost:${String(port)}` },
    plugin: { server: `https://127.0.0.1:${String(port)}` },
  };
  const touch = {
    command: 'touch',
    args: [join(folder, 'ran')],
    apiVersion: 'client.authentication.k8s.io/v1',
  };
  writeFileSync(
    KUBECONFIG,
    JSON.stringify({
      'current-context': 'here',
      contexts: Object.keys(contexts).map((name) => ({
        name,
        context: { cluster: name, user: name === 'plugin' ? 'plugin' : 'me' },
      })),
      clusters: Object.entries(contexts).map(([name, cluster]) => ({
        name,
        cluster: { 'certificate-authority-data': 'Q0E=', ...cluster },
      })),
      users: [
        { name: 'me', user: { token: 't' } },
        { name: 'plugin', user: { exec: touch } },
      ],
    }),
  );
});
afterAll(() => {
  if (kubeconfigBefore === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = kubeconfigBefore;
  server.close();
  rmSync(folder, { recursive: true });
});

const launch = fileURLToPath(new URL('../launch.js', import.meta.url));

async function run(...flags: readonly string[]): Promise<{ exitCode: number | null; text: string }> {
  const env = {
    ...process.env,
    KUBECONFIG,
    PODPROOF_CACHE: join(folder, 'cache'),
    PODPROOF_RUNS: join(folder, 'runs'),
    // An engine that is named is never replaced; there is none at this place.
    DOCKER_HOST: 'unix:///nowhere/docker.sock',
  };
  const argv = [launch, 'run', 'host-network', '--provider', 'attached', '--no-jest', ...flags];
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, text };
}

const OWNED = '--i-own-this-cluster';
const MINE = { provider: 'attached', iOwnThisCluster: true };

describe('--provider attached', () => {
  test.each([
    [8, 'CONSENT_MISSING', { provider: 'attached' }],
    [8, 'CONSENT_MISSING', MINE],
    [8, 'CONSENT_MISSING', { provider: 'attached', context: 'here' }],
    [2, 'UNKNOWN_CONTEXT', { ...MINE, context: 'nosuch' }],
    [8, 'SERVER_NOT_ALLOWED', { ...MINE, context: 'elsewhere' }],
    [8, 'SERVER_NOT_ALLOWED', { ...MINE, context: 'elsewhere', allowServer: ['another.example'] }],
    [8, 'KUBECONFIG_INSECURE', { ...MINE, context: 'insecure' }],
    [8, 'KUBECONFIG_INSECURE', { ...MINE, context: 'proxied' }],
    [8, 'KUBECONFIG_INSECURE', { ...MINE, context: 'plain' }],
    [8, 'KUBECONFIG_RUNS_COMMANDS', { ...MINE, context: 'plugin' }],
  ])('exit %i, %s, and nobody is connected to: %j', async (exitCode, code, flags) => {
    connections = 0;
    await expect(requireConsent(runSettings(flags, {}))).rejects.toMatchObject({ exitCode, code });
    expect(connections).toBe(0);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('the command line says it before it starts or writes anything', async () => {
    connections = 0;
    const before = readFileSync(KUBECONFIG);
    const ended = await run('--context', 'elsewhere', OWNED);
    expect(ended).toMatchObject({ exitCode: 8, text: expect.stringContaining('SERVER_NOT_ALLOWED') });
    expect(connections).toBe(0);
    expect(readFileSync(KUBECONFIG).equals(before)).toBe(true);
    expect(['cache', 'runs'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  }, 60_000);

  test('a server that is allowed is connected to: it would have counted', async () => {
    connections = 0;
    const ended = await run('--context', 'elsewhere', OWNED, '--allow-server', elsewhere);
    expect(ended).toMatchObject({ exitCode: 4, text: expect.stringContaining('API_UNREACHABLE') });
    expect(connections).toBeGreaterThan(0);
    // No engine was looked for, and what was written down is gone again with the credentials.
    expect(ended.text).not.toMatch(/^. engine/m);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['attached']);
    expect(readdirSync(join(folder, 'cache', 'attached', 'clusters'))).toEqual([]);
  }, 60_000);
});
