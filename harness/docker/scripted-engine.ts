import { systemClock } from '../core/clock.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a test wants one exec to do, in the engine's own terms. */
export interface ScriptedExec {
  /** Answer of "create exec" instead of an id. */
  readonly refuse?: { readonly status: number; readonly message: string };
  /** Plays the stream of the started exec. */
  readonly play?: (socket: Socket) => void;
  /** Answers of "inspect exec", the last one for ever. `'reset'` breaks the connection. */
  readonly inspect?: readonly (ExecAnswer | 'reset')[];
  /** A busy engine: how long each of these answers takes. */
  readonly inspectMs?: number;
  /** State of the container afterwards. @default running */
  readonly container?: { readonly Running: boolean; readonly Paused: boolean };
}

export interface ExecAnswer {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

export interface ScriptedEngine extends AsyncDisposable {
  readonly endpoint: string;
  /** Bodies of "create exec" in the order of arrival. */
  readonly created: readonly Readonly<Record<string, unknown>>[];
}

/** A frame of Docker's stream. */
export function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/**
 * A server for tests that speaks as much of the engine's API as running a command needs, over a real socket, so
 * that cuts are real cuts. Each created exec takes the next script; the last one repeats.
 */
export async function scriptedEngine(scripts: readonly ScriptedExec[]): Promise<ScriptedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'podproof-engine-'));
  const socketPath = join(folder, 'engine.sock');
  const created: Readonly<Record<string, unknown>>[] = [];
  const open = new Set<Socket>();
  const inspected = new Map<number, number>();
  const scriptOf = (url: string): [ScriptedExec, number] => {
    const id = Number(/^\/exec\/(\d+)\//.exec(url)?.[1] ?? created.length - 1);
    return [scripts[Math.min(id, scripts.length - 1)] ?? {}, id];
  };

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const url = request.url ?? '';
    if (/^\/containers\/[^/]+\/exec$/.test(url)) {
      created.push(JSON.parse(body) as Readonly<Record<string, unknown>>);
      const [{ refuse }, id] = scriptOf('');
      if (refuse) json(response, refuse.status, { message: refuse.message });
      else json(response, 201, { Id: String(id) });
    } else if (/^\/exec\/\d+\/json$/.test(url)) {
      const [{ inspect = [{ Running: false, ExitCode: 0 }], inspectMs = 0 }, id] = scriptOf(url);
      await systemClock.sleep(inspectMs);
      const turn = inspected.get(id) ?? 0;
      inspected.set(id, turn + 1);
      const found = inspect[Math.min(turn, inspect.length - 1)];
      if (found === 'reset' || found === undefined) request.socket.destroy();
      else json(response, 200, found);
    } else if (/^\/containers\/[^/]+\/json$/.test(url)) {
      const [{ container = { Running: true, Paused: false } }] = scriptOf('');
      json(response, 200, { State: { ...container, StartedAt: '' } });
    } else json(response, 404, { message: `no such thing: ${url}` });
  };
  server.on('upgrade', (request, socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    const [{ play = (stream: Socket) => stream.end() }] = scriptOf(request.url ?? '');
    play(socket);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    endpoint: `unix://${socketPath}`,
    created,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
