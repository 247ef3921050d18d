import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../core/errors.ts';

/** Kernel settings by their path below /proc/sys. */
export type Sysctls = Readonly<Record<string, string>>;

/**
 * Written by dockerd (forwarding, bridge filtering). These switches come first: writing them makes the kernel
 * overwrite the values of each interface, which are then put back one by one.
 */
const SWITCHES = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/bridge/bridge-nf-call-arptables',
] as const;
/**
 * Not separated by containers, and written by what runs in a node: the kubelet (vm, panic, keys), and systemd with
 * the sysctl.d files of Debian and of systemd itself (fs, pid_max and the rest).
 */
const MACHINE = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'vm/max_map_count',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'kernel/pid_max',
  'kernel/core_pattern',
  'kernel/core_uses_pid',
  'kernel/core_pipe_limit',
  'kernel/sysrq',
  'kernel/kptr_restrict',
  'kernel/printk',
  'kernel/unprivileged_bpf_disabled',
  'kernel/yama/ptrace_scope',
  'fs/file-max',
  'fs/nr_open',
  'fs/suid_dumpable',
  'fs/protected_fifos',
  'fs/protected_hardlinks',
  'fs/protected_regular',
  'fs/protected_symlinks',
  'fs/inotify/max_user_instances',
  'fs/inotify/max_user_watches',
  'net/core/default_qdisc',
] as const;
const PER_INTERFACE = {
  'net/ipv4/conf': ['forwarding', 'accept_redirects', 'route_localnet'],
  'net/ipv6/conf': ['forwarding', 'accept_ra', 'accept_redirects', 'disable_ipv6'],
} as const;

export async function readSysctls(root = '/proc/sys'): Promise<Sysctls> {
  const names: string[] = [...SWITCHES, ...MACHINE];
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
