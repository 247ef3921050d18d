import type { CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { read } from './answer.ts';

/**
 * The network interfaces of the namespace the runner is in, by name, sorted. Read from /proc/self/net/dev, which
 * follows the reader's namespace (unlike a /sys that was mounted by somebody else).
 *
 * @throws CannotTell
 */
export async function interfacesOf(runner: CommandRunner): Promise<readonly string[]> {
  return parseNetDev(await read(runner, ['cat', '/proc/self/net/dev']));
}

/** @throws CannotTell when there is no interface at all: even an empty namespace has `lo` */
export function parseNetDev(text: string): readonly string[] {
  const names = text
    .split('\n')
    .slice(2)
    .map((line) => line.slice(0, line.indexOf(':')).trim())
    .filter((name) => name !== '');
  if (!names.includes('lo')) throw new CannotTell('/proc/self/net/dev lists no lo interface');
  return names.sort();
}
