import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../core/errors.ts';

/** Kernel settings by their path below /proc/sys. */
export type Sysctls = Readonly<Record<string, string>>;

/**
 * Written by dockerd (forwarding, bridge filtering) and, because they are not separated by containers, by the
 * kubelet in a node (vm, kernel). The two global forwarding switches come first: writing them makes the kernel
 * overwrite the values of each interface, which are then put back one by one.
 */
const GLOBAL = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/bridge/bridge-nf-call-arptables',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
] as const;
const PER_INTERFACE = {
  'net/ipv4/conf': ['forwarding', 'accept_redirects', 'route_localnet'],
  'net/ipv6/conf': ['forwarding', 'accept_ra', 'accept_redirects', 'disable_ipv6'],
} as const;

export async function readSysctls(root = '/proc/sys'): Promise<Sysctls> {
  const names: string[] = [...GLOBAL];
  for (const [folder, keys] of Object.entries(PER_INTERFACE)) {
    const interfaces: string[] = await readdir(join(root, folder)).catch(() => []);
    names.push(...interfaces.toSorted().flatMap((name) => keys.map((key) => `${folder}/${name}/${key}`)));
  }
  const values: Record<string, string> = {};
  for (const name of names) {
    // Absent where the module or IPv6 is not there; then there is nothing to put back either.
    const value = await readFile(join(root, name), 'utf8').catch(() => undefined);
    if (value !== undefined) values[name] = value.trim();
  }
  return values;
}

/** Settings that exist before and now and differ, as `path: now, was before`. */
export function changedSysctls(before: Sysctls, now: Sysctls): readonly string[] {
  return Object.keys(before).filter((name) => name in now && now[name] !== before[name]);
}

/** Writes back what changed. @returns what could not be written, one line each */
export async function restoreSysctls(before: Sysctls, root = '/proc/sys'): Promise<readonly string[]> {
  const failures: string[] = [];
  // Read anew for each: writing a global switch changes others.
  for (const [name, value] of Object.entries(before)) {
    const path = join(root, name);
    const now = await readFile(path, 'utf8').catch(() => undefined);
    if (now === undefined || now.trim() === value) continue;
    await writeFile(path, value).catch((error: unknown) => {
      failures.push(`sysctl ${name} is ${now.trim()}, was ${value}: ${describeError(error)}`);
    });
  }
  return failures;
}
