import { join } from 'node:path';
import { describeResult, type CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
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
  readonly platform: NodeJS.Platform;
  readonly deadline: Deadline;
}

const NO_TLS = { DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '' } as const;

/**
 * Decides like the docker CLI does: DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the default
 * socket. Docker libraries know nothing about contexts, so the answer has to be handed to them as DOCKER_HOST.
 *
 * @throws EnvironmentError DOCKER_CONTEXT_UNREADABLE when a context was named but cannot be read
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function resolveEndpoint(question: EndpointQuestion): Promise<ResolvedEndpoint> {
  const { processEnv } = question;
  const host = processEnv['DOCKER_HOST'] ?? '';
  if (host !== '') {
    return { endpoint: withScheme(host), source: 'DOCKER_HOST', named: true, tls: inheritedTls(processEnv) };
  }
  const named = processEnv['DOCKER_CONTEXT'] ?? '';
  const context = await readContext(question, named);
  if (context === undefined) return defaultSocket(question.platform);
  if (context.name === 'default') {
    return { ...defaultSocket(question.platform), endpoint: context.host };
  }
  const source = named === '' ? `docker context ${context.name}` : `DOCKER_CONTEXT=${named}`;
  return { endpoint: context.host, source, named: true, tls: context.tls };
}

function defaultSocket(platform: NodeJS.Platform): ResolvedEndpoint {
  const endpoint = platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';
  return { endpoint, source: 'default socket', named: false, tls: NO_TLS };
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

interface Context {
  readonly name: string;
  readonly host: string;
  readonly tls: ResolvedEndpoint['tls'];
}

async function readContext(question: EndpointQuestion, named: string): Promise<Context | undefined> {
  const { runner, dockerCli, deadline } = question;
  if (dockerCli === undefined) {
    if (named === '') return undefined;
    throw unreadable(named, 'there is no docker command on this machine that could read it');
  }
  const argv = [dockerCli, 'context', 'inspect', ...(named === '' ? [] : [named])] as const;
  const result = await runner.run(argv, { deadline });
  const context = result.kind === 'exited' && result.exitCode === 0 ? parseContext(result.stdout) : undefined;
  // Without a named context a CLI that has no contexts (very old, or podman's) leaves the default socket.
  if (context === undefined && named !== '') throw unreadable(named, describeResult(result));
  return context;
}

/** Reads the JSON of `docker context inspect` (20.10 to 29); undefined when it is anything else. */
export function parseContext(stdout: string): Context | undefined {
  const context = parseFirst(stdout);
  const name = at(context, 'Name');
  const host = at(context, 'Endpoints', 'docker', 'Host');
  if (typeof name !== 'string' || typeof host !== 'string' || host === '') return undefined;
  const files = at(context, 'TLSMaterial', 'docker');
  const folder = at(context, 'Storage', 'TLSPath');
  const hasTls = Array.isArray(files) && files.length > 0 && typeof folder === 'string';
  const tls = hasTls ? { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder, 'docker') } : NO_TLS;
  return { name, host, tls };
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

function unreadable(name: string, why: string): EnvironmentError {
  return new EnvironmentError(
    'DOCKER_CONTEXT_UNREADABLE',
    `DOCKER_CONTEXT names the context ${name}, but it cannot be read: ${why}`,
    { hint: 'See `docker context ls`, or unset DOCKER_CONTEXT to use the current context.' },
  );
}
