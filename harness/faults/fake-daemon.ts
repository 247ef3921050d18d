import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

/** Something that listens where a Docker engine is expected. */
export interface FakeDaemon {
  /** As in DOCKER_HOST. */
  readonly endpoint: string;
  /** `GET /info`, in order; for one that never answers, `connection`. */
  readonly requests: readonly string[];
  close(): void;
}

export type DaemonBehaviour =
  /** Answers as an engine without a container, with this id. */
  | { readonly kind: 'engine'; readonly id: string }
  /** Accepts and says nothing. */
  | { readonly kind: 'silent' }
  /** A web server of another kind. */
  | { readonly kind: 'stranger' };

/** Starts it; the socket's file has the usual mode. */
export async function fakeDaemon(socket: string, behaviour: DaemonBehaviour): Promise<FakeDaemon> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const server: Server =
    behaviour.kind === 'silent'
      ? createServer(() => requests.push('connection'))
      : createHttpServer((request, response) => {
          requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
          answer(behaviour)(request, response);
        });
  server.on('connection', (connection: Socket) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection)).on('error', () => open.delete(connection));
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.on('error', reject).listen(socket, () => resolve(undefined));
  await promise;
  return {
    endpoint: `unix://${socket}`,
    requests,
    close: () => {
      server.close();
      for (const connection of open) connection.destroy();
    },
  };
}

function answer(behaviour: Exclude<DaemonBehaviour, { kind: 'silent' }>): RequestListener {
  return ({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json');
    if (behaviour.kind === 'stranger') {
      response.statusCode = 404;
      response.end('page not found');
    } else if (url.endsWith('/info')) {
      response.end(JSON.stringify(engineInfo(behaviour.id)));
    } else {
      // Lists of containers, images and networks: there are none.
      response.end('[]');
    }
  };
}

/** What `docker info --format '{{json .}}'` and `GET /info` have in common. */
export function engineInfo(id: string): Readonly<Record<string, string>> {
  return {
    ID: id,
    ServerVersion: '28.5.2',
    OSType: 'linux',
    CgroupVersion: '2',
    DockerRootDir: '/var/lib/docker',
    KernelVersion: '6.1.0',
    Architecture: 'x86_64',
  };
}
