import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { silentProgress } from '../core/progress.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { findOrStartEngine, type FindEngineOptions } from './find-or-start.ts';
import type { ResolvedEndpoint } from './endpoint.ts';
import { askEngine } from './engine-info.ts';
import { engineError } from './user-engine.ts';

const INFO = {
  ID: '851a3152-cc9c-452a-93eb-61ea4b437399',
  ServerVersion: '28.5.2',
  OSType: 'linux',
  CgroupVersion: '2',
  DockerRootDir: '/var/lib/docker',
};

let folder = '';
const servers: (Server | NetServer)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-engine-'));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

async function listen(name: string, server: Server | NetServer): Promise<string> {
  servers.push(server);
  const path = join(folder, name);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(path, () => {
    resolve(undefined);
  });
  await promise;
  return `unix://${path}`;
}

function daemon(name: string, answer: RequestListener): Promise<string> {
  return listen(name, createHttpServer(answer));
}

const healthy: RequestListener = (_request, response) => {
  response.end(JSON.stringify(INFO));
};

function find(env: Readonly<Record<string, string>>, options: Partial<FindEngineOptions> = {}) {
  return findOrStartEngine({
    cacheDir: join(folder, 'cache'),
    runner: new ScriptedRunner(() => ({ stdout: JSON.stringify(INFO) })),
    processEnv: { DOCKER_CONFIG: folder, PATH: folder, ...env },
    progress: silentProgress,
    deadline: Deadline.in(5000, 'the test'),
    // A machine that could not run the embedded engine: a wrong turn would show as NO_ENGINE.
    machine: { platform: 'linux', arch: 'x64', uid: 1000, missingPrograms: [] },
    findDocker: () => Promise.resolve('/usr/bin/docker'),
    ...options,
  });
}

describe('findOrStartEngine', () => {
  test('uses the engine that was named, and tells every client the same address', async () => {
    const endpoint = await daemon('ok.sock', healthy);
    const engine = await find({ DOCKER_HOST: endpoint, DOCKER_CONTEXT: 'elsewhere' });
    expect(engine).toMatchObject({
      kind: 'user',
      version: '28.5.2',
      cgroupVersion: 2,
      daemonId: INFO.ID,
      dockerCli: '/usr/bin/docker',
      env: { DOCKER_HOST: endpoint, DOCKER_CONTEXT: '', DOCKER_TLS_VERIFY: '' },
    });
    const report = await engine.release({ deadline: Deadline.in(1000, 'release') });
    expect(report).toMatchObject({ outcome: 'untouched', restored: true });
  });

  test('a named engine that is not there is an error, never a reason to start another', async () => {
    await expect(find({ DOCKER_HOST: `unix://${folder}/missing.sock` })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      exitCode: 3,
    });
  });

  test('something else behind the address is named as such', async () => {
    const endpoint = await daemon('strange.sock', (_request, response) => {
      response.statusCode = 404;
      response.end('page not found');
    });
    await expect(find({ DOCKER_HOST: endpoint })).rejects.toMatchObject({ code: 'ENGINE_STRANGE' });
  });

  test('two daemons are an error: kind would use the one, podproof look at the other', async () => {
    const endpoint = await daemon('first.sock', healthy);
    const runner = new ScriptedRunner(() => ({ stdout: JSON.stringify({ ...INFO, ID: 'other' }) }));
    await expect(find({ DOCKER_HOST: endpoint }, { runner })).rejects.toMatchObject({
      code: 'DOCKER_CLI_OTHER_ENGINE',
      exitCode: 3,
    });
  });

  test('a docker command that cannot reach the engine is an error', async () => {
    const endpoint = await daemon('cli.sock', healthy);
    const runner = new ScriptedRunner(() => ({ exitCode: 1, stderr: 'client version 1.50 is too new' }));
    await expect(find({ DOCKER_HOST: endpoint }, { runner })).rejects.toMatchObject({
      code: 'DOCKER_CLI_BROKEN',
      message: expect.stringContaining('too new') as unknown,
    });
  });

  test('an engine for Windows containers is refused', async () => {
    const endpoint = await daemon('win.sock', (_request, response) => {
      response.end(JSON.stringify({ ...INFO, OSType: 'windows' }));
    });
    await expect(find({ DOCKER_HOST: endpoint })).rejects.toMatchObject({ code: 'ENGINE_NOT_LINUX' });
  });

  test('a remote engine is refused before anything is sent to it', async () => {
    await expect(find({ DOCKER_HOST: 'tcp://192.0.2.1:2375' })).rejects.toMatchObject({
      code: 'REMOTE_ENGINE',
      exitCode: 8,
    });
  });

  test.each([
    [{ platform: 'darwin', arch: 'arm64', uid: 501, missingPrograms: [] }, 'needs Linux'],
    [{ platform: 'linux', arch: 'riscv64', uid: 0, missingPrograms: [] }, 'needs x86_64 or arm64'],
    [{ platform: 'linux', arch: 'x64', uid: 0, missingPrograms: ['apt-get'] }, 'apt-get'],
    [{ platform: 'linux', arch: 'x64', uid: 1000, missingPrograms: [] }, 'needs root'],
  ] as const)('without an engine, %j is told why none can be started', async (machine, reason) => {
    const error = find({}, { machine, defaultSocket: `unix://${folder}/none.sock` });
    await expect(error).rejects.toMatchObject({
      code: 'NO_ENGINE',
      exitCode: 3,
      message: expect.stringContaining(reason) as unknown,
    });
  });
});

describe('askEngine', () => {
  const ask = (endpoint: string, withinMs?: number) =>
    askEngine({ endpoint, env: {} }, Deadline.in(5000, 'the test'), withinMs);

  test('an engine that accepts but never answers hangs, and costs no more than its time', async () => {
    const open: Socket[] = [];
    const endpoint = await listen(
      'hang.sock',
      createServer((socket) => open.push(socket)),
    );
    const startedAt = performance.now();
    expect(await ask(endpoint, 200)).toEqual({ kind: 'hangs', why: 'no answer within 0.2 s' });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    for (const socket of open) socket.destroy();
  });

  test('a missing socket is absent', async () => {
    expect(await ask(`unix://${folder}/nothing.sock`)).toMatchObject({ kind: 'absent' });
  });

  test('each failure has its own message and cure', () => {
    const resolved: ResolvedEndpoint = {
      endpoint: 'unix:///s',
      source: 'DOCKER_HOST',
      named: true,
      tls: { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '' },
    };
    const errors = (['absent', 'denied', 'hangs', 'strange'] as const).map((kind) =>
      engineError(resolved, { kind, why: 'because' }),
    );
    expect(new Set(errors.map((error) => error.hint)).size).toBe(4);
    expect(errors.map((error) => error.code)).toEqual([
      'ENGINE_UNREACHABLE',
      'ENGINE_DENIED',
      'ENGINE_HANGS',
      'ENGINE_STRANGE',
    ]);
  });
});
