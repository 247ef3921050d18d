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

/** Reads the JSON of `docker context inspect`; undefined when it is anything else. */
export function parseContext(stdout: string): Context | undefined {
  try {
    const parsed: unknown = JSON.parse(stdout);
    const first = (Array.isArray(parsed) ? parsed[0] : parsed) as Partial<InspectedContext> | undefined;
    const host = first?.Endpoints?.docker?.Host;
    if (first?.Name === undefined || host === undefined || host === '') return undefined;
    const hasTls = Object.keys(first.TLSMaterial?.docker ?? {}).length > 0;
    const folder = first.Storage?.TLSPath;
    const tls =
      hasTls && folder !== undefined
        ? { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder, 'docker') }
        : NO_TLS;
    return { name: first.Name, host, tls };
  } catch {
    // Not JSON: the caller reports what the command said.
    return undefined;
  }
}

/** The fields we read, as printed by docker 20.10 to 29. */
interface InspectedContext {
  readonly Name: string;
  readonly Endpoints: { readonly docker?: { readonly Host?: string } };
  readonly TLSMaterial: { readonly docker?: readonly string[] };
  readonly Storage: { readonly TLSPath?: string };
}

function unreadable(name: string, why: string): EnvironmentError {
  return new EnvironmentError(
    'DOCKER_CONTEXT_UNREADABLE',
    `DOCKER_CONTEXT names the context ${name}, but it cannot be read: ${why}`,
    { hint: 'See `docker context ls`, or unset DOCKER_CONTEXT to use the current context.' },
  );
}
