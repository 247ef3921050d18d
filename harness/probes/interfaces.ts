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

/**
 * Tunnel devices that the kernel puts into every new network namespace once their module is loaded, as on Docker Desktop
 * and on nodes with Calico; they are down, and `ifconfig` without -a does not show them. Source of the names:
 * Documentation/admin-guide/sysctl/net.rst, fb_tunnels_only_for_init_net.
 */
const FALLBACK_TUNNELS = /^(tunl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|sit0|ip6tnl0|ip6gre0)$/;

/** The interfaces that somebody made for this namespace. */
export function withoutFallbackTunnels(names: readonly string[]): readonly string[] {
  return names.filter((name) => !FALLBACK_TUNNELS.test(name));
}
