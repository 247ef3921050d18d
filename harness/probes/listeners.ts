import { describeResult, type CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { ask } from './answer.ts';

/** State LISTEN, from include/net/tcp_states.h. */
const LISTEN = '0A';

/**
 * The TCP ports on which any process listens in the runner's network namespace, on whatever address, sorted: what
 * `ss -ltn` shows, read where ss reads it.
 *
 * @throws CannotTell when the kernel's table cannot be read
 */
export async function listeningPorts(runner: CommandRunner): Promise<readonly number[]> {
  const result = await ask(runner, ['cat', '/proc/net/tcp', '/proc/net/tcp6']);
  // A kernel without IPv6 has no second table.
  if (result.exitCode !== 0 && !/tcp6: No such file/.test(result.stderr))
    throw new CannotTell(`TCP sockets in ${runner.where}: ${describeResult(result)}`);
  return parseListeners(result.stdout);
}

/** Source of the format: Documentation/networking/proc_net_tcp.rst. @throws CannotTell when it is not that table */
export function parseListeners(text: string): readonly number[] {
  if (!/^\s*sl\s+local_address/.test(text)) throw new CannotTell('not a table of TCP sockets');
  const sockets = [
    ...text.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /gm),
  ];
  const ports = sockets
    .filter(([, , state]) => state === LISTEN)
    .map(([, port = '']) => Number.parseInt(port, 16));
  return [...new Set(ports)].sort((a, b) => a - b);
}
