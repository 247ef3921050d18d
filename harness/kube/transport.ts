import type { Dispatcher, Pool } from 'undici';
import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';
import { failedCall, refusal, unreachable, type Question } from './api-errors.ts';
import type { Endpoint } from './kubeconfig.ts';
import { parseWarnings } from './warnings.ts';

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Beside those that every call has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with any HTTP status; `body` is parsed JSON, or text where it is none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly asked: Question;
  /** What the server adds to its answer in Warning headers. */
  readonly warnings: readonly string[];
}

/** The API server sends headers at once, also for a watch; a silence this long means that it is stuck. */
const STREAM_HEADERS_MS = 15_000;

/** HTTPS to one API server over a few connections that stay open. */
export class Transport {
  readonly server: string;
  readonly #pool: Pool;
  /** The server's own path, before that of every call. */
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(pool: Pool, endpoint: Endpoint) {
    this.server = endpoint.server;
    this.#pool = pool;
    this.#prefix = new URL(endpoint.server).pathname.replace(/\/$/, '');
    this.#headers = {
      accept: 'application/json',
      'user-agent': 'podproof',
      ...(endpoint.authorization === undefined ? {} : { authorization: endpoint.authorization }),
    };
  }

  /** @throws TimeoutError, InfrastructureError API_UNREACHABLE, or the deadline's abort reason */
  async ask(call: ApiCall, deadline: Deadline): Promise<Answer> {
    const asked = this.#question(call);
    try {
      deadline.signal.throwIfAborted();
      const answer = await this.#send(call, { signal: deadline.signal, headersTimeout: 0, bodyTimeout: 0 });
      const text = await answer.body.text();
      const warnings = parseWarnings(answer.headers['warning']);
      return { status: answer.statusCode, body: parseBody(text), asked, warnings };
    } catch (error) {
      throw failedCall(asked, deadline, error);
    }
  }

  /** Opens an answer that goes on for long. @throws InfrastructureError; the signal's reason while it opens */
  async open(call: ApiCall, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const asked = this.#question(call);
    try {
      const answer = await this.#send(call, { signal, headersTimeout: STREAM_HEADERS_MS, bodyTimeout: 0 });
      if (answer.statusCode === 200) return answer.body;
      throw refusal(asked, answer.statusCode, parseBody(await answer.body.text()));
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof InfrastructureError ? error : unreachable(asked, error);
    }
  }

  /** Ends all connections, also those in use. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #send(
    call: ApiCall,
    limits: Pick<Dispatcher.RequestOptions, 'signal' | 'headersTimeout' | 'bodyTimeout'>,
  ): Promise<Dispatcher.ResponseData> {
    const query = new URLSearchParams(call.query).toString();
    const headers = { ...this.#headers, ...call.headers };
    const path = this.#prefix + call.path;
    return this.#pool.request({
      ...limits,
      method: call.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: call.body === undefined ? headers : { ...headers, 'content-type': contentType(call) },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  }

  #question(call: ApiCall): Question {
    return { method: call.method, url: this.server + call.path };
  }
}

/** A patch is a JSON merge patch: the one kind that every resource takes and that reads like the object itself. */
function contentType({ method }: ApiCall): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
