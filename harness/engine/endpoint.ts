import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';

/** Where the user's engine should be, decided once for everything that will talk to it. */
export interface ResolvedEndpoint {
  readonly endpoint: string;
  /** For people: "DOCKER_HOST", "DOCKER_CONTEXT=colima", "docker context colima", "default socket". */
  readonly source: string;
  /** True when the user chose it. Then it is never replaced by the embedded engine. */
  readonly named: boolean;
  /** DOCKER_TLS_VERIFY and DOCKER_CERT_PATH that belong to this endpoint; empty values neutralise inherited ones. */
  readonly tls: Readonly<Record<'DOCKER_TLS_VERIFY' | 'DOCKER_CERT_PATH', string>>;
}

export interface EndpointQuestion {
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly runner: CommandRunner;
  /** The docker CLI, or undefined when the machine has none. */
  readonly dockerCli: string | undefined;
  readonly defaultSocket: string;
  readonly deadline: Deadline;
}

/** It only reads files. */
const CONTEXT_MS = 10_000;

const NO_TLS = { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '' } as const;

/**
 * Decides like the docker CLI does: DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the default
 * socket. Docker libraries know nothing about contexts, so the answer has to be handed to them as DOCKER_HOST.
 *
 * @throws EnvironmentError DOCKER_CONTEXT_UNREADABLE when the chosen context cannot be read
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function resolveEndpoint(question: EndpointQuestion): Promise<ResolvedEndpoint> {
  const { processEnv } = question;
  const host = processEnv['DOCKER_HOST'] ?? '';
  if (host !== '') {
    return { endpoint: withScheme(host), source: 'DOCKER_HOST', named: true, tls: inheritedTls(processEnv) };
  }
  const fromEnv = processEnv['DOCKER_CONTEXT'] ?? '';
  const name = fromEnv === '' ? await currentContext(processEnv) : fromEnv;
  // `default` is no stored context but the way without one.
  if (name === '' || name === 'default') {
    return { endpoint: question.defaultSocket, source: 'default socket', named: false, tls: NO_TLS };
  }
  const source = fromEnv === '' ? `docker context ${name}` : `DOCKER_CONTEXT=${name}`;
  const context = await readContext(question, { name, source });
  return { endpoint: context.host, source, named: true, tls: context.tls };
}

/** Where the docker CLI looks when nothing was chosen. */
export function defaultSocketOf(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';
}

/** The docker CLI takes `host:port` for `tcp://host:port`. */
function withScheme(host: string): string {
  return host.includes('://') ? host : `tcp://${host}`;
}

function inheritedTls(env: EndpointQuestion['processEnv']): ResolvedEndpoint['tls'] {
  return {
    DOCKER_TLS_VERIFY: env['DOCKER_TLS_VERIFY'] ?? '',
    DOCKER_CERT_PATH: env['DOCKER_CERT_PATH'] ?? '',
  };
}

/** What `docker context use` chose, from the CLI's configuration file; empty when nothing was chosen. */
async function currentContext(env: EndpointQuestion['processEnv']): Promise<string> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  const folder = env['DOCKER_CONFIG'] ?? '';
  // No file, or one that is not JSON, is no choice: the CLI goes on without it, too.
  const text = await readFile(
    join(folder === '' ? join(home, '.docker') : folder, 'config.json'),
    'utf8',
  ).catch(() => '');
  const name = at(parseFirst(text), 'currentContext');
  return typeof name === 'string' ? name : '';
}

interface Context {
  readonly host: string;
  readonly tls: ResolvedEndpoint['tls'];
}

async function readContext(
  { runner, dockerCli, deadline }: EndpointQuestion,
  chosen: { readonly name: string; readonly source: string },
): Promise<Context> {
  if (dockerCli === undefined)
    throw unreadable(chosen, 'there is no docker command on PATH that could read it');
  const result = await runner.run([dockerCli, 'context', 'inspect', chosen.name], {
    deadline: Deadline.in(CONTEXT_MS, 'the docker command', deadline.signal),
  });
  deadline.signal.throwIfAborted();
  const context = result.kind === 'exited' && result.exitCode === 0 ? parseContext(result.stdout) : undefined;
  if (context === undefined) throw unreadable(chosen, describeResult(result));
  return context;
}

/** Reads the JSON of `docker context inspect` (20.10 to 29); undefined when it is anything else. */
export function parseContext(stdout: string): Context | undefined {
  const context = parseFirst(stdout);
  const host = at(context, 'Endpoints', 'docker', 'Host');
  if (typeof host !== 'string' || host === '') return undefined;
  const files = at(context, 'TLSMaterial', 'docker');
  const folder = at(context, 'Storage', 'TLSPath');
  const hasTls = Array.isArray(files) && files.length > 0 && typeof folder === 'string';
  const tls = hasTls ? { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder, 'docker') } : NO_TLS;
  return { host, tls };
}

function parseFirst(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? at(parsed, '0') : parsed;
  } catch {
    // Not JSON: the caller reports what the command said.
    return undefined;
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return at(Object.entries(value).find(([key]) => key === head)?.[1], ...rest);
}

function unreadable(
  chosen: { readonly name: string; readonly source: string },
  why: string,
): EnvironmentError {
  return new EnvironmentError(
    'DOCKER_CONTEXT_UNREADABLE',
    `${chosen.source} is the engine to use, but that context cannot be read: ${why}`,
    { hint: 'See `docker context ls`; choose another with `docker context use NAME`, or set DOCKER_HOST.' },
  );
}
