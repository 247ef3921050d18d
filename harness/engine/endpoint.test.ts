import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { refuseRemote } from './endpoint-safety.ts';
import { parseContext, resolveEndpoint, type ResolvedEndpoint } from './endpoint.ts';

/** Recorded from docker 28.2.2, `docker context inspect NAME`. */
const TLS_CONTEXT = `[
    {
        "Name": "tls",
        "Metadata": {},
        "Endpoints": {
            "docker": {
                "Host": "tcp://127.0.0.1:2376",
                "SkipTLSVerify": false
            }
        },
        "TLSMaterial": {
            "docker": [
                "ca.pem",
                "cert.pem",
                "key.pem"
            ]
        },
        "Storage": {
            "MetadataPath": "/home/me/.docker/contexts/meta/b7e6",
            "TLSPath": "/home/me/.docker/contexts/tls/b7e6"
        }
    }
]`;
const COLIMA_CONTEXT = `[{"Name":"colima","Metadata":{},"Endpoints":{"docker":{"Host":"unix:///home/me/.colima/docker.sock","SkipTLSVerify":false}},"TLSMaterial":{},"Storage":{"MetadataPath":"/m","TLSPath":"/t"}}]`;

const NO_TLS = { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '' };

describe('resolveEndpoint', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podproof-endpoint-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const runner = new ScriptedRunner(([, , , name]) => {
    if (name === 'colima') return { stdout: COLIMA_CONTEXT };
    if (name === 'tls') return { stdout: TLS_CONTEXT };
    return { exitCode: 1, stdout: '[]', stderr: `context "${name ?? ''}": context not found` };
  });

  async function resolve(
    env: Readonly<Record<string, string>>,
    options: { readonly config?: string; readonly dockerCli?: string | undefined } = {},
  ): Promise<ResolvedEndpoint> {
    await writeFile(join(folder, 'config.json'), options.config ?? '{}');
    return resolveEndpoint({
      processEnv: { DOCKER_CONFIG: folder, ...env },
      runner,
      dockerCli: 'dockerCli' in options ? options.dockerCli : '/usr/bin/docker',
      defaultSocket: 'unix:///var/run/docker.sock',
      deadline: Deadline.in(5000, 'the test'),
    });
  }

  test('DOCKER_HOST outranks every context', async () => {
    const env = { DOCKER_HOST: 'unix:///run/user/7/docker.sock', DOCKER_CONTEXT: 'colima' };
    expect(await resolve(env, { config: '{"currentContext":"tls"}' })).toEqual({
      endpoint: 'unix:///run/user/7/docker.sock',
      source: 'DOCKER_HOST',
      named: true,
      tls: NO_TLS,
    });
  });

  test('DOCKER_HOST without a scheme is tcp, and brings its certificates', async () => {
    const env = { DOCKER_HOST: '127.0.0.1:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' };
    expect(await resolve(env)).toMatchObject({
      endpoint: 'tcp://127.0.0.1:2376',
      tls: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' },
    });
  });

  test('an empty DOCKER_HOST is none', async () => {
    expect(await resolve({ DOCKER_HOST: '', DOCKER_CONTEXT: 'colima' })).toEqual({
      endpoint: 'unix:///home/me/.colima/docker.sock',
      source: 'DOCKER_CONTEXT=colima',
      named: true,
      tls: NO_TLS,
    });
  });

  test('a current context other than default counts as named', async () => {
    expect(await resolve({}, { config: '{"currentContext":"colima"}' })).toMatchObject({
      endpoint: 'unix:///home/me/.colima/docker.sock',
      source: 'docker context colima',
      named: true,
    });
  });

  test('certificates of a context come with it, those of the environment do not', async () => {
    const env = { DOCKER_CONTEXT: 'tls', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/other' };
    expect(await resolve(env)).toMatchObject({
      endpoint: 'tcp://127.0.0.1:2376',
      tls: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/home/me/.docker/contexts/tls/b7e6/docker' },
    });
  });

  test.each([['{}'], ['{"currentContext":"default"}'], ['{"auths":'], ['[]']])(
    'the configuration %s means the default socket, which nobody named',
    async (config) => {
      expect(await resolve({}, { config })).toEqual({
        endpoint: 'unix:///var/run/docker.sock',
        source: 'default socket',
        named: false,
        tls: NO_TLS,
      });
    },
  );

  test('a context that is gone is an error and not the default socket', async () => {
    await expect(resolve({}, { config: '{"currentContext":"deleted"}' })).rejects.toMatchObject({
      code: 'DOCKER_CONTEXT_UNREADABLE',
      exitCode: 3,
      message: expect.stringContaining('context "deleted": context not found') as unknown,
    });
  });

  test('a context cannot be read without a docker command', async () => {
    await expect(resolve({ DOCKER_CONTEXT: 'colima' }, { dockerCli: undefined })).rejects.toMatchObject({
      code: 'DOCKER_CONTEXT_UNREADABLE',
    });
  });

  test('an endpoint without a host is no context', () => {
    expect(parseContext('[{"Name":"x","Endpoints":{}}]')).toBeUndefined();
    expect(parseContext('Usage: podman context')).toBeUndefined();
  });
});

describe('refuseRemote', () => {
  test.each([
    'unix:///var/run/docker.sock',
    'npipe:////./pipe/docker_engine',
    'tcp://127.0.0.1:2375',
    'tcp://localhost:2375',
    'tcp://[::1]:2375',
  ])('%s is this machine', (endpoint) => {
    expect(() => {
      refuseRemote(endpoint, 'DOCKER_HOST', false);
    }).not.toThrow();
  });

  test.each([
    'tcp://192.0.2.1:2375',
    'tcp://127.0.0.1.example.org:2375',
    'tcp://localhost.example.org',
    'https://build-host:2376',
    'ssh://me@192.0.2.1',
    'not a url',
  ])('%s is refused, and accepted only on demand', (endpoint) => {
    expect(() => {
      refuseRemote(endpoint, 'DOCKER_HOST', false);
    }).toThrow(expect.objectContaining({ code: 'REMOTE_ENGINE', exitCode: 8 }));
  });

  test('what was allowed passes, except over ssh', () => {
    refuseRemote('tcp://192.0.2.1:2375', 'DOCKER_HOST', true);
    expect(() => {
      refuseRemote('ssh://me@192.0.2.1', 'DOCKER_HOST', true);
    }).toThrow(expect.objectContaining({ code: 'ENGINE_OVER_SSH', exitCode: 3 }));
  });
});
