import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { describeError, SafetyError, UsageError } from '../core/errors.ts';
import { isRecord, textField } from './json-shape.ts';
import { isLocalServer } from './local-server.ts';

/** What one needs to talk to one API server as one user. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly server: string;
  readonly tls: {
    readonly ca: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly servername?: string;
  };
  /** Value of the Authorization header. */
  readonly authorization?: string;
}

/**
 * Reads the current context of a kubeconfig as data: nothing in it is ever run, and only servers on this machine or
 * in a private network are accepted, unless `anywhere` says that somebody else judged that. Proxy settings of the
 * environment play no role.
 *
 * The entries are read by client-node's own `config_types`, not by `KubeConfig.loadFromFile`: that class loads 1,000
 * generated models, which costs 0.4 s of every start (measured with 2.0.1), and runs `exec` plugins later on.
 *
 * @throws UsageError KUBECONFIG_UNREADABLE; SafetyError KUBECONFIG_RUNS_COMMANDS, KUBECONFIG_INSECURE,
 * KUBECONFIG_REMOTE_SERVER
 */
export async function readKubeconfig(
  path: string,
  { anywhere = false }: { readonly anywhere?: boolean } = {},
): Promise<Endpoint> {
  const { cluster, user } = await currentEntries(path);
  refuseUnsafe(path, cluster, user);
  if (!anywhere) refuseRemote(path, cluster);
  const folder = dirname(path);
  const ca = await pem(cluster.caData, cluster.caFile, folder);
  if (ca === undefined) throw unreadable(path, `cluster "${cluster.name}" has no certificate authority`);
  const cert = await pem(user.certData, user.certFile, folder);
  const key = await pem(user.keyData, user.keyFile, folder);
  const authorization = authorizationOf(user);
  if ((cert === undefined || key === undefined) && authorization === undefined) {
    throw unreadable(path, `user "${user.name}" has neither client certificate and key nor a token`);
  }
  return {
    server: cluster.server,
    tls: {
      ca,
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
    },
    ...(authorization === undefined ? {} : { authorization }),
  };
}

async function currentEntries(path: string): Promise<{ cluster: Cluster; user: User }> {
  const [{ newClusters, newUsers }, { parse }, text] = await Promise.all([
    import('@kubernetes/client-node/dist/config_types.js'),
    import('yaml'),
    readFile(path, 'utf8').catch((error: unknown) => {
      throw unreadable(path, describeError(error), error);
    }),
  ]);
  const config = parseYaml(path, text, parse);
  const wanted = textField(config, 'current-context');
  const context = listed(config['contexts']).find((entry) => entry['name'] === wanted)?.['context'];
  const clusterName = textField(context, 'cluster');
  const userName = textField(context, 'user');
  const clusters = listed(config['clusters']).filter((entry) => entry['name'] === clusterName);
  const users = listed(config['users']).filter((entry) => entry['name'] === userName);
  try {
    const [cluster] = newClusters(clusters);
    const [user] = newUsers(users);
    if (cluster !== undefined && user !== undefined) return { cluster, user };
  } catch (error) {
    throw unreadable(path, describeError(error), error);
  }
  throw unreadable(path, `its current context "${wanted ?? ''}" does not name a cluster and a user`);
}

function parseYaml(
  path: string,
  text: string,
  parse: (source: string) => unknown,
): Readonly<Record<string, unknown>> {
  let config: unknown;
  try {
    config = parse(text);
  } catch (error) {
    throw unreadable(path, describeError(error), error);
  }
  if (!isRecord(config)) throw unreadable(path, 'it is not a YAML mapping');
  return config;
}

function listed(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function refuseUnsafe(path: string, cluster: Cluster, user: User): void {
  if (isSet(user.exec) || isSet(user.authProvider)) {
    throw new SafetyError(
      'KUBECONFIG_RUNS_COMMANDS',
      `User "${user.name}" in ${path} signs in through an external program (exec or auth-provider).`,
      { hint: 'Use a kubeconfig with an embedded client certificate or token.' },
    );
  }
  if (!cluster.server.startsWith('https://') || cluster.skipTLSVerify || isSet(cluster.proxyUrl)) {
    throw new SafetyError(
      'KUBECONFIG_INSECURE',
      `Cluster "${cluster.name}" in ${path} would be reached without a verified, direct HTTPS connection.`,
      { hint: 'Remove insecure-skip-tls-verify and proxy-url, and use an https:// server.' },
    );
  }
}

function refuseRemote(path: string, cluster: Cluster): void {
  if (isLocalServer(cluster.server)) return;
  throw new SafetyError(
    'KUBECONFIG_REMOTE_SERVER',
    `Cluster "${cluster.name}" in ${path} is at ${cluster.server}, which is not on this machine.`,
    { hint: 'podproof starts privileged pods: it talks to loopback and private addresses only.' },
  );
}

async function pem(
  embedded: string | undefined,
  file: string | undefined,
  folder: string,
): Promise<Buffer | undefined> {
  if (embedded !== undefined) return Buffer.from(embedded, 'base64');
  return file === undefined ? undefined : readFile(resolve(folder, file));
}

function authorizationOf(user: User): string | undefined {
  if (isSet(user.token)) return `Bearer ${user.token}`;
  return isSet(user.username)
    ? `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
    : undefined;
}

/** client-node fills absent fields with null although its types say undefined. */
function isSet<T>(value: T | null | undefined): value is NonNullable<T> {
  return value !== null && value !== undefined;
}

function unreadable(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('KUBECONFIG_UNREADABLE', `Cannot use the kubeconfig ${path}: ${why}.`, { cause });
}
