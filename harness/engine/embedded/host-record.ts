import { readFile, readlink, stat } from 'node:fs/promises';
import { linkNames } from './bridges.ts';
import { cgroupRoots, readDelegation, type Delegation } from './cgroups.ts';
import type { Firewall } from './firewall.ts';
import type { Ruleset } from './ruleset.ts';
import { readSysctls, type Sysctls } from './sysctls.ts';

/** The parts of the host that an engine changes, at one moment. */
export interface HostState {
  readonly schema: 1;
  readonly takenAt: string;
  readonly bootId: string;
  /** The network namespace it describes, as `net:[4026531840]`. */
  readonly network: string;
  /** Names of all network interfaces. */
  readonly links: readonly string[];
  readonly ipv4: Ruleset;
  readonly ipv6: Ruleset;
  readonly sysctls: Sysctls;
  readonly delegation: Delegation;
  /** Which of the watched folders exist. */
  readonly folders: readonly string[];
}

/**
 * Folders that are made outside our cache, deepest first, and stay empty: dockerd's plug-in sockets, and the place
 * where our private tmpfs is mounted.
 */
export const WATCHED_FOLDERS = ['/run/docker/plugins', '/run/docker', '/run/containerd'] as const;

/**
 * Looks at the host. The caller holds the host lock.
 *
 * @throws EnvironmentError FIREWALL_UNREADABLE
 */
export async function readHost(rules: Firewall): Promise<HostState> {
  return {
    schema: 1,
    takenAt: new Date().toISOString(),
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    network: await readlink('/proc/self/ns/net'),
    links: await linkNames(),
    ipv4: await rules.read('ip'),
    ipv6: await rules.read('ip6'),
    sysctls: await readSysctls(),
    delegation: await readDelegation(await cgroupRoots()),
    folders: await existingFolders(),
  };
}

async function existingFolders(): Promise<readonly string[]> {
  const found = await Promise.all(
    WATCHED_FOLDERS.map((folder) =>
      stat(folder).then(
        () => true,
        () => false,
      ),
    ),
  );
  return WATCHED_FOLDERS.filter((_, index) => found[index]);
}

/**
 * A record that `readHost` wrote in this boot and network namespace; undefined for any other. A reboot put everything
 * back, and what happened in another namespace cannot be put back from here.
 */
export function parseHostState(
  value: unknown,
  here: { bootId: string; network: string },
): HostState | undefined {
  if (!isHostState(value)) return undefined;
  return value.bootId === here.bootId && value.network === here.network ? value : undefined;
}

/** The file is ours and written in one piece, so its shape is checked no deeper than the schema number says. */
function isHostState(value: unknown): value is HostState {
  if (typeof value !== 'object' || value === null || !('schema' in value) || value.schema !== 1) return false;
  return ['bootId', 'network', 'links', 'ipv4', 'ipv6', 'sysctls', 'delegation', 'folders'].every(
    (name) => name in value,
  );
}
