import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { hasCode } from '../core/node-errors.ts';
import { connectionTo, type Connection } from '../docker/endpoint.ts';
import type { EngineInfo } from './types.ts';

/** What came of asking an endpoint who it is. Each failure has its own cure, hence its own kind. */
export type Answer =
  | { readonly kind: 'answers'; readonly info: EngineInfo }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'denied'; readonly why: string }
  | { readonly kind: 'hangs'; readonly why: string }
  | { readonly kind: 'strange'; readonly why: string };

/** An engine, or a docker command, that needs longer than this for `/info` is of no use for a run either. */
export const ANSWER_WITHIN_MS = 10_000;

/**
 * Asks the daemon at the endpoint for its `/info`, with at most 10 s of patience. Never rejects for what the daemon
 * does.
 *
 * @throws the abort reason of the parent deadline; EnvironmentError ENGINE_ENDPOINT for an unusable endpoint
 * @example await askEngine({ endpoint: 'unix:///var/run/docker.sock', env: {} }, deadline)
 */
export async function askEngine(
  engine: { readonly endpoint: string; readonly env: Readonly<Record<string, string>> },
  parent: Deadline,
  withinMs = ANSWER_WITHIN_MS,
): Promise<Answer> {
  const connection = await connectionTo(engine.endpoint, engine.env);
  const deadline = Deadline.in(withinMs, `the Docker engine at ${engine.endpoint}`, parent.signal);
  try {
    const reply = await deadline.race(getInfo(connection, deadline.signal));
    return reply.status === 200
      ? parseInfo(reply.body)
      : { kind: 'strange', why: `HTTP ${String(reply.status)}: ${reply.body.trim().slice(0, 200)}` };
  } catch (error) {
    parent.signal.throwIfAborted();
    return failure(error, deadline, withinMs);
  }
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

function getInfo(connection: Connection, signal: AbortSignal): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const { socketPath, host, port, ca, cert, key } = connection;
  const request = connection.protocol === 'https' ? httpsRequest : httpRequest;
  const target = socketPath === undefined ? { host, port, ca, cert, key } : { socketPath };
  const call = request({ ...target, path: '/info', signal, agent: false }, (response) => {
    const chunks: string[] = [];
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => chunks.push(chunk));
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, body: chunks.join('') });
    });
    response.on('error', reject);
  });
  call.on('error', reject);
  call.end();
  return promise;
}

function failure(error: unknown, deadline: Deadline, withinMs: number): Answer {
  const why = describeError(error);
  if (deadline.expired || hasCode(error, 'TIMEOUT')) {
    return { kind: 'hangs', why: `no answer within ${String(withinMs / 1000)} s` };
  }
  if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM')) return { kind: 'denied', why };
  return { kind: 'absent', why };
}

/** @example parseInfo('{"ID":"851a…","ServerVersion":"26.1.5","OSType":"linux","CgroupVersion":"1","DockerRootDir":"/d"}') */
export function parseInfo(body: string): Answer {
  let fields: Readonly<Record<string, unknown>>;
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not an object');
    fields = { ...parsed };
  } catch (error) {
    return { kind: 'strange', why: `not the answer of a Docker engine: ${describeError(error)}` };
  }
  const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
  if (text('ID') === '' || text('ServerVersion') === '') {
    return { kind: 'strange', why: `its /info has no ID or version: ${body.slice(0, 200)}` };
  }
  return {
    kind: 'answers',
    info: {
      id: text('ID'),
      version: text('ServerVersion'),
      osType: text('OSType'),
      cgroupVersion: text('CgroupVersion') === '2' ? 2 : 1,
      dataRoot: text('DockerRootDir'),
    },
  };
}
