import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { describeError, UsageError } from '../core/errors.ts';
import { hasCode } from '../core/node-errors.ts';
import type { ExecPlugin, UserContext, UserContexts } from '../core/user-context.ts';
import { isRecord, textField } from './json-shape.ts';

type Entry = Readonly<Record<string, unknown>>;

/** A named entry, and the folder from which its relative paths count. */
interface Found {
  readonly entry: Entry;
  readonly file: string;
}

/**
 * Reads the user's kubeconfig files as data and merges them as kubectl does: a file that is not there is skipped, and
 * of two entries with one name the first counts. The files are only read; nothing in them is run, nobody is asked.
 * Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 *
 * @throws UsageError KUBECONFIG_UNREADABLE
 * @example (await readUserContexts(['config'])).names // ['kind-kind', 'production']
 */
export async function readUserContexts(files: readonly string[]): Promise<UserContexts> {
  const { parse } = await import('yaml');
  const documents = (await Promise.all(files.map((file) => readDocument(file, parse)))).flat();
  const contexts = merged(documents, 'contexts');
  const clusters = merged(documents, 'clusters');
  const users = merged(documents, 'users');
  return {
    names: [...contexts.keys()],
    async read(name) {
      const context = contexts.get(name);
      if (context === undefined) return undefined;
      const inner = context.entry['context'];
      const [cluster, user] = [textField(inner, 'cluster') ?? '', textField(inner, 'user') ?? ''];
      const found = { cluster: clusters.get(cluster), user: users.get(user) };
      if (found.cluster === undefined || found.user === undefined)
        throw unreadable(context.file, `context "${name}" does not name a cluster and a user`);
      return {
        name,
        cluster: await clusterOf(cluster, found.cluster),
        user: await userOf(user, found.user),
      };
    },
  };
}

async function readDocument(
  file: string,
  parse: (source: string) => unknown,
): Promise<readonly { readonly file: string; readonly content: Entry }[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw unreadable(file, describeError(error), error);
  }
  const content = parsed(file, text, parse);
  // An empty file is an empty kubeconfig.
  if (content === null || content === undefined) return [];
  if (!isRecord(content)) throw unreadable(file, 'it is not a YAML mapping');
  return [{ file, content }];
}

/** What the parser says quotes the line that it stumbled over, and that may be the one with the token. */
function parsed(file: string, text: string, parse: (source: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    const { code, pos } = (isRecord(error) ? error : {}) as { code?: unknown; pos?: unknown };
    const at: unknown = Array.isArray(pos) ? pos[0] : undefined;
    const line = typeof at === 'number' ? ` in line ${String(text.slice(0, at).split('\n').length)}` : '';
    throw unreadable(file, `it is no YAML${line}${typeof code === 'string' ? ` (${code})` : ''}`);
  }
}

function merged(
  documents: readonly { readonly file: string; readonly content: Entry }[],
  list: 'contexts' | 'clusters' | 'users',
): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  for (const { file, content } of documents) {
    const entries: unknown = content[list];
    for (const entry of Array.isArray(entries) ? entries.filter(isRecord) : []) {
      const name = textField(entry, 'name');
      if (name !== undefined && !found.has(name)) found.set(name, { entry, file });
    }
  }
  return found;
}

async function clusterOf(name: string, { entry, file }: Found): Promise<UserContext['cluster']> {
  const { cluster } = entry;
  const caData = await data(cluster, 'certificate-authority', file);
  const tlsServerName = textField(cluster, 'tls-server-name');
  const proxyUrl = textField(cluster, 'proxy-url');
  return {
    name,
    server: textField(cluster, 'server') ?? '',
    skipsTlsVerify: isRecord(cluster) && Boolean(cluster['insecure-skip-tls-verify']),
    ...(caData === undefined ? {} : { caData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  };
}

async function userOf(name: string, { entry, file }: Found): Promise<UserContext['user']> {
  const { user } = entry;
  const certData = await data(user, 'client-certificate', file);
  const keyData = await data(user, 'client-key', file);
  const token = await tokenOf(user, file);
  const [username, password] = [textField(user, 'username'), textField(user, 'password')];
  const exec = execOf(user, file);
  return {
    name,
    hasAuthProvider: isRecord(user) && isRecord(user['auth-provider']),
    impersonates: isRecord(user) && Object.keys(user).some((key) => /^as(-|$)/.test(key)),
    ...(certData === undefined ? {} : { certData }),
    ...(keyData === undefined ? {} : { keyData }),
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(exec === undefined ? {} : { exec }),
  };
}

/** The embedded value, or the content of the file beside it; kubectl prefers the embedded one, too. */
async function data(entry: unknown, key: string, file: string): Promise<string | undefined> {
  const embedded = textField(entry, `${key}-data`);
  if (embedded !== undefined && embedded !== '') return embedded;
  const path = textField(entry, key);
  if (path === undefined || path === '') return undefined;
  return (await readBeside(path, file)).toString('base64');
}

/** A token file counts more than a token (client-go, rest.Config). */
async function tokenOf(user: unknown, file: string): Promise<string | undefined> {
  const path = textField(user, 'tokenFile');
  if (path !== undefined && path !== '') return (await readBeside(path, file)).toString().trim();
  return textField(user, 'token');
}

async function readBeside(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(dirname(file), path));
  } catch (error) {
    throw unreadable(file, describeError(error), error);
  }
}

function execOf(user: unknown, file: string): ExecPlugin | undefined {
  const exec = isRecord(user) ? user['exec'] : undefined;
  if (!isRecord(exec)) return undefined;
  const { args, env } = exec;
  const command = textField(exec, 'command') ?? '';
  // A path counts from the kubeconfig, a plain name is looked up (client-go, exec plugins).
  const program = command.includes('/') ? resolve(dirname(file), command) : command;
  const variables = Array.isArray(env) ? env.filter(isRecord) : [];
  return {
    apiVersion: textField(exec, 'apiVersion') ?? '',
    argv: [program, ...(Array.isArray(args) ? args.map(String) : [])],
    env: Object.fromEntries(
      variables.map((entry) => [textField(entry, 'name') ?? '', textField(entry, 'value') ?? '']),
    ),
    interactive: textField(exec, 'interactiveMode') === 'Always',
  };
}

function unreadable(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('KUBECONFIG_UNREADABLE', `Cannot use the kubeconfig ${path}: ${why}.`, { cause });
}
