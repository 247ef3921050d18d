import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { findEngine } from './find-engine.ts';
import type { EngineState } from './patient.ts';

const INFO = { ID: 'd1', ServerVersion: '28.5.2', OSType: 'linux', NCPU: 8, KernelVersion: '6.12' };

let folder = '';
let server: Server;
const open: DockerEngine[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-find-'));
  server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(INFO));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'docker.sock'), resolve));
});
afterAll(async () => {
  for (const docker of open) docker.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function find(env: Readonly<Record<string, string>>, cliSays: object = INFO): Promise<EngineState> {
  return findEngine({
    cacheDir: join(folder, 'cache'),
    runner: new ScriptedRunner(() => ({ stdout: JSON.stringify(cliSays) })),
    processEnv: { DOCKER_CONFIG: folder, PATH: folder, ...env },
    deadline: Deadline.in(5000, 'the test'),
    machine: { platform: 'linux', arch: 'x64', uid: 0, missingPrograms: [] },
    findDocker: () => Promise.resolve('/usr/bin/docker'),
    defaultSocket: `unix://${folder}/none.sock`,
    onOpen: (docker) => open.push(docker),
  });
}

const named = (): Record<string, string> => ({ DOCKER_HOST: `unix://${folder}/docker.sock` });

describe('findEngine', () => {
  test('an engine that answers, with what it says about its machine', async () => {
    expect(await find(named())).toMatchObject({
      kind: 'answers',
      whose: 'user',
      source: 'DOCKER_HOST',
      daemon: { id: 'd1', version: '28.5.2', cpus: 8, kernel: '6.12' },
    });
  });

  test('one that answers although a run could not use it is there, with the problem', async () => {
    expect(await find(named(), { ...INFO, ID: 'another' })).toMatchObject({
      kind: 'answers',
      problem: { code: 'DOCKER_CLI_OTHER_ENGINE', exitCode: 3 },
    });
  });

  test('no engine and nothing in the way: it could be started, and nothing was made to find out', async () => {
    expect(await find({})).toMatchObject({ kind: 'startable', endpoint: `unix://${folder}/none.sock` });
    expect(await readdir(folder)).toEqual(['docker.sock']);
  });

  test('an engine that was named but is not there, or is elsewhere, is unusable', async () => {
    expect(await find({ DOCKER_HOST: `unix://${folder}/gone.sock` })).toMatchObject({
      kind: 'unusable',
      error: { code: 'ENGINE_UNREACHABLE' },
    });
    expect(await find({ DOCKER_HOST: 'tcp://192.0.2.1:2375' })).toMatchObject({
      kind: 'unusable',
      error: { code: 'REMOTE_ENGINE', exitCode: 8 },
    });
  });
});
