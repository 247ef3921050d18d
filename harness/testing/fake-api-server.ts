import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { FakeExec } from './fake-exec.ts';

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  /** What the answer may be, as the client says. */
  readonly accept?: string | undefined;
}

export type Handler = (request: FakeRequest, response: ServerResponse) => void;
export type ExecScript = (exec: FakeExec) => void | Promise<void>;

const FIXTURES = new URL('fixtures/api-server/', import.meta.url);

/**
 * An API server without a cluster: HTTPS with client certificates on loopback, answers scripted per route, exec
 * streams scripted per call. The keys are fixtures for this purpose and protect nothing.
 */
export class FakeApiServer implements AsyncDisposable {
  /** Everything that was asked, in order. */
  readonly requests: FakeRequest[] = [];
  readonly kubeconfig: string;
  readonly port: number;
  readonly #server: Server;
  readonly #folder: string;
  readonly #sockets: ReadonlySet<Duplex>;
  readonly #routes = new Map<string, Handler>();
  #exec: ExecScript | { readonly status: number; readonly body: string } = { status: 404, body: 'no script' };
  #connections = 0;

  private constructor(server: Server, folder: string, sockets: ReadonlySet<Duplex>) {
    this.#server = server;
    this.#folder = folder;
    this.#sockets = sockets;
    this.port = portOf(server);
    this.kubeconfig = join(folder, 'kubeconfig');
    server.on('secureConnection', () => (this.#connections += 1));
    server.on('request', (request, response) => void this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async start(): Promise<FakeApiServer> {
    const [ca, cert, key] = await Promise.all(['ca.pem', 'server.pem', 'server.key'].map(fixture));
    const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true });
    const sockets = new Set<Duplex>();
    server.on('connection', (socket: Duplex) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakeApiServer(server, await mkdtemp(join(tmpdir(), 'podproof-fake-')), sockets);
    await writeFile(fake.kubeconfig, await kubeconfigText(fake.port), { mode: 0o600 });
    return fake;
  }

  /** Number of TLS connections accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  /** @param route for instance `POST /api/v1/namespaces`; a later script for the same route replaces the earlier */
  on(route: string, handler: Handler): this {
    this.#routes.set(route, handler);
    return this;
  }

  /** Scripts the next exec streams. */
  onExec(script: ExecScript): this {
    this.#exec = script;
    return this;
  }

  /** Answers the upgrade of the next exec streams like this. */
  refuseExec(status: number, body: unknown): void {
    this.#exec = { status, body: JSON.stringify(body) };
  }

  /** Cuts all connections and stops listening: the server is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await this.#record(request);
    const handler = this.#routes.get(`${asked.method} ${asked.url.pathname}`);
    if (handler === undefined)
      answer(response, 404, failure(404, 'NotFound', `no script for ${request.url}`));
    else handler(asked, response);
  }

  async #record(request: IncomingMessage): Promise<FakeRequest> {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', 'https://fake');
    const body = Number(request.headers['content-length'] ?? 0) > 0 ? await json(request) : undefined;
    const asked = { method, url, body, accept: request.headers.accept };
    this.requests.push(asked);
    return asked;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'https://fake');
    this.requests.push({ method: 'UPGRADE', url, body: undefined });
    const script = this.#exec;
    if (typeof script !== 'function') {
      const length = `content-length: ${String(Buffer.byteLength(script.body))}`;
      const type = 'content-type: application/json';
      const lines = [`HTTP/1.1 ${String(script.status)} No`, type, length, 'connection: close', '', ''];
      socket.end(lines.join('\r\n') + script.body);
      return;
    }
    const webSockets = new WebSocketServer({ noServer: true });
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      void script(new FakeExec(webSocket, url));
    });
  }
}

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A Status as the API server sends it with a refusal. */
export function failure(code: number, reason: string, message: string): Readonly<Record<string, unknown>> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake server does not listen');
  return address.port;
}

function fixture(name: string): Promise<Buffer> {
  return readFile(new URL(name, FIXTURES));
}

async function kubeconfigText(port: number): Promise<string> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'client.pem', 'client.key'].map(fixture));
  const server = `https://127.0.0.1:${String(port)}`;
  const cluster = { server, 'certificate-authority-data': ca?.toString('base64') };
  const user = {
    'client-certificate-data': cert?.toString('base64'),
    'client-key-data': key?.toString('base64'),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fake',
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
    clusters: [{ name: 'fake', cluster }],
    users: [{ name: 'fake', user }],
  });
}
