import { connect, createServer, type Server, type Socket } from 'node:net';

/** Between client and server on loopback: lets bytes through until a test cuts or freezes them. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    this.port = address.port;
    this.#server = server;
    this.#sockets = sockets;
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const sockets = new Set<Socket>();
    const keep = (socket: Socket): Socket => {
      sockets.add(socket);
      return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    };
    const server = createServer((client) => {
      const upstream = keep(connect(target));
      keep(client).pipe(upstream).pipe(client);
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TcpProxy(server, sockets);
  }

  /** Resets every connection (RST). New ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Half-open: every connection stays, and no byte comes through any more. */
  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
