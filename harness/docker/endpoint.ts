import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../core/errors.ts';

/** How to reach the engine, in the words of docker-modem. Absent fields are `undefined` on purpose, see below. */
export interface Connection {
  readonly socketPath: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly protocol: 'http' | 'https';
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly timeout: undefined;
}

/**
 * Turns an engine endpoint into connection options. All options are present: docker-modem merges what it is given
 * over what it finds in DOCKER_HOST and friends, so a missing one would let the environment decide.
 *
 * @param env where DOCKER_TLS_VERIFY and DOCKER_CERT_PATH of this engine are
 * @throws EnvironmentError ENGINE_ENDPOINT for anything but unix, npipe and tcp
 * @example await connectionTo('unix:///var/run/docker.sock', {})
 */
export async function connectionTo(
  endpoint: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  const plain = {
    socketPath: undefined,
    host: undefined,
    port: undefined,
    protocol: 'http',
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
  } as const;
  const local = /^(?:unix|npipe):\/\/(.+)$/.exec(endpoint)?.[1];
  if (local !== undefined) return { ...plain, socketPath: local };
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== 'tcp:' || url.hostname === '') throw unusable(endpoint);
  const tcp = { ...plain, host: url.hostname, port: url.port || '2375' };
  return env['DOCKER_TLS_VERIFY'] === undefined || env['DOCKER_TLS_VERIFY'] === ''
    ? tcp
    : { ...tcp, protocol: 'https', port: url.port || '2376', ...(await certificates(env)) };
}

async function certificates(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ ca: Buffer; cert: Buffer; key: Buffer }> {
  const folder = env['DOCKER_CERT_PATH'];
  if (folder === undefined) {
    throw new EnvironmentError('ENGINE_ENDPOINT', 'DOCKER_TLS_VERIFY is set but DOCKER_CERT_PATH is not.', {
      hint: 'Set DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem.',
    });
  }
  const [ca, cert, key] = await Promise.all([
    readFile(join(folder, 'ca.pem')),
    readFile(join(folder, 'cert.pem')),
    readFile(join(folder, 'key.pem')),
  ]);
  return { ca, cert, key };
}

function unusable(endpoint: string): EnvironmentError {
  return new EnvironmentError(
    'ENGINE_ENDPOINT',
    `The engine endpoint ${endpoint} is neither unix://, npipe:// nor tcp://.`,
    { hint: 'Point DOCKER_HOST at a local engine, for example unix:///var/run/docker.sock.' },
  );
}
