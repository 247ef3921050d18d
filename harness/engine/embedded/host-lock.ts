import { createServer, type Server } from 'node:net';
import type { Deadline } from '../../core/deadline.ts';
import { hasCode } from '../../core/node-errors.ts';
import { done, pending, poll } from '../../core/poll.ts';

/**
 * One lock per network namespace, shared by embedded engines of all cache folders: whoever records or restores the
 * host's firewall must be alone. It is an abstract unix socket (unix(7)), so it leaves no file, is scoped exactly
 * like the firewall, and the kernel drops it when its owner dies.
 */
const HOST_LOCK = '\0podproof-host-network';

/**
 * @throws TimeoutError when another process holds it until the deadline
 * @example await using _ = await acquireHostLock(deadline)
 */
export async function acquireHostLock(deadline: Deadline, name = HOST_LOCK): Promise<AsyncDisposable> {
  const server = await poll(
    async () => {
      const held = await tryListen(name);
      return held === undefined ? pending('another podproof changes the host network') : done(held);
    },
    { deadline, pauseMs: 50, maxPauseMs: 300 },
  );
  // A held lock must not keep the process alive.
  server.unref();
  return { [Symbol.asyncDispose]: () => close(server) };
}

function tryListen(name: string): Promise<Server | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>();
  const server = createServer((socket) => socket.destroy());
  server.on('error', (error) => {
    if (hasCode(error, 'EADDRINUSE')) resolve(undefined);
    else reject(error);
  });
  server.listen(name, () => {
    resolve(server);
  });
  return promise;
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => {
    resolve(undefined);
  });
  return promise;
}
