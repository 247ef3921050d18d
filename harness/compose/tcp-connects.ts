import { connect } from 'node:net';
import type { Connects } from '../core/connects.ts';
import { Deadline } from '../core/deadline.ts';

/**
 * Tells whether somebody accepts a TCP connection, and ends it at once. Never rejects.
 *
 * @param withinMs what takes longer counts as refused
 * @example const reaches = tcpConnects(1000); await reaches('192.0.2.1', 10250, deadline)
 */
export function tcpConnects(withinMs: number): Connects {
  return (host, port, deadline) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const { signal } = Deadline.in(withinMs, `a connection to ${host}`, deadline.signal);
    const socket = connect({ host, port, signal });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    return promise.finally(() => socket.destroy());
  };
}
