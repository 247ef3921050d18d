import type { CommandRunner } from '../../core/command.ts';
import { CannotTell } from '../../core/under-test.ts';
import { ask } from '../../probes/answer.ts';
import { capabilityNames } from '../../probes/capabilities.ts';
import { parseDevices, type Device } from '../../probes/devices.ts';
import { parseStatus } from '../../probes/identity.ts';
import { parseNetDev } from '../../probes/interfaces.ts';
import type { NamespaceKind } from '../../probes/namespaces.ts';
import { idInside, isMapped, parseIdMap, type IdRange } from './id-map.ts';
import { isProcMasked, mountAt, parseMounts, type Mount } from './mounts.ts';

/** All of them, in the order in which they are told. */
export const NAMESPACES: readonly NamespaceKind[] = ['net', 'pid', 'ipc', 'uts', 'user', 'mnt', 'cgroup'];

export type Namespaces = Readonly<Partial<Record<NamespaceKind, string>>>;

/** Ids of a process from two sides: on the node, and in its own user namespace (null: not mapped there). */
export interface Ids {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[];
}

/** What a container's main process is and has, as the node sees it. A value of null could not be found out. */
export interface ContainerFacts {
  /** `process` was read from a living process, `runtime record` from what the runtime was told to start. */
  readonly source: 'process' | 'runtime record';
  /** `namespace` links; equal to the node's where it is shared. */
  readonly namespaces: Namespaces;
  readonly interfaces: readonly string[] | null;
  readonly onNode: Ids;
  readonly inPod: Ids;
  /** Whether ids differ between the two sides: a user namespace of its own. */
  readonly idsAreMapped: boolean;
  /** Names of capabilities, without `CAP_`. */
  readonly capEff: readonly string[];
  readonly capBnd: readonly string[];
  /** 0 off, 1 strict, 2 filter. */
  readonly seccomp: number | null;
  readonly noNewPrivs: boolean;
  /** The AppArmor profile, or null where the kernel has none. */
  readonly appArmor: string | null;
  readonly devices: readonly Device[] | null;
  readonly procMasked: boolean;
  readonly sysWritable: boolean;
  /** By place in the container. Only for a process. */
  readonly mounts: readonly Mount[];
}

/** Reads everything about one process of a node. @throws CannotTell when it is gone or an answer makes no sense */
export async function processFacts(node: CommandRunner, pid: number): Promise<ContainerFacts> {
  const [namespaces, files, devices] = await Promise.all([
    namespacesOf(node, [pid]).then((all) => all.get(pid) ?? {}),
    filesOf(node, pid),
    devicesOf(node, pid),
  ]);
  const file = (name: string): string => files.get(name) ?? missing(pid, name);
  const status = parseStatus(file('status'));
  const [uids, gids] = [parseIdMap(file('uid_map')), parseIdMap(file('gid_map'))];
  const mounts = parseMounts(file('mountinfo'));
  const inside = (id: number, map: readonly IdRange[]): number | null => idInside(id, map) ?? null;
  return {
    source: 'process',
    namespaces,
    interfaces: parseNetDev(file('net/dev')),
    onNode: { uid: status.uid, gid: status.gid, groups: status.groups },
    inPod: {
      uid: inside(status.uid, uids),
      gid: inside(status.gid, gids),
      groups: status.groups.flatMap((group) => inside(group, gids) ?? []),
    },
    idsAreMapped: isMapped(uids) || isMapped(gids),
    capEff: capabilityNames(status.capEff),
    capBnd: capabilityNames(status.capBnd),
    seccomp: status.seccomp,
    noNewPrivs: status.noNewPrivs,
    appArmor: appArmorOf(files.get('attr/current')),
    devices,
    procMasked: isProcMasked(mounts),
    sysWritable: mountAt(mounts, '/sys')?.writable ?? false,
    mounts,
  };
}

/** The namespaces of several processes at once. A process that is gone is not in the answer. */
export async function namespacesOf(
  node: CommandRunner,
  pids: readonly number[],
): Promise<ReadonlyMap<number, Namespaces>> {
  const folders = pids.map((pid) => `/proc/${String(pid)}/ns`);
  // The link itself names the namespace; the heading is printed for one folder too.
  const { stdout } = await ask(node, ['ls', '-l', '/proc/1/ns', ...folders]);
  const parts = stdout.split(/^\/proc\/(\d+)\/ns:\n/m);
  const all = new Map<number, Namespaces>();
  for (let index = 1; index + 1 < parts.length; index += 2)
    all.set(Number(parts[index]), parseNamespaceLinks(parts[index + 1] ?? ''));
  return all;
}

/** Reads what `ls -l /proc/PID/ns` prints: `… net -> net:[4026532301]`. */
export function parseNamespaceLinks(text: string): Namespaces {
  return Object.fromEntries(
    NAMESPACES.flatMap((kind) => {
      const link = new RegExp(` ${kind} -> (${kind}:\\[\\d+\\])$`, 'm').exec(text)?.[1];
      return link === undefined ? [] : [[kind, link]];
    }),
  );
}

const FILES = ['status', 'uid_map', 'gid_map', 'mountinfo', 'net/dev', 'attr/current'] as const;
/** A pod of fifty containers with fifty volumes each has a long list of mounts. */
const MOST_BYTES = '1048576';

async function filesOf(node: CommandRunner, pid: number): Promise<ReadonlyMap<string, string>> {
  const paths = FILES.map((name) => `/proc/${String(pid)}/${name}`);
  const { stdout } = await ask(node, ['head', '-v', '-c', MOST_BYTES, ...paths]);
  return splitFiles(stdout, `/proc/${String(pid)}/`);
}

/** Splits what `head -v` prints. No line in these files can look like a heading: the kernel escapes line breaks. */
function splitFiles(text: string, folder: string): ReadonlyMap<string, string> {
  const parts = text.split(/^==> (\S+) <==\n/m);
  const files = new Map<string, string>();
  for (let index = 1; index + 1 < parts.length; index += 2)
    files.set((parts[index] ?? '').replace(folder, ''), (parts[index + 1] ?? '').replace(/\n$/, ''));
  return files;
}

/**
 * The device nodes of the process's own /dev, looked at with stat and never opened. Started in /proc/PID/root, which
 * leads into the container's file system without running anything in it; links are not followed.
 */
async function devicesOf(node: CommandRunner, pid: number): Promise<readonly Device[] | null> {
  const dev = `/proc/${String(pid)}/root/dev`;
  const { stdout } = await ask(node, [
    'find',
    // Not -xdev: in a user namespace every device is a mount of its own.
    ...[dev, '-maxdepth', '4', '(', '-path', `${dev}/pts`, '-o', '-path', `${dev}/shm`, ')', '-prune', '-o'],
    ...['(', '-type', 'b', '-o', '-type', 'c', ')'],
    ...['-exec', 'stat', '-c', '%F,%t,%T,%n', '{}', '+'],
  ]);
  try {
    return parseDevices(stdout.replaceAll(`,${dev}/`, ',/dev/'));
  } catch {
    // A container may lay something of its own over /dev. Then there is no list, and nobody claims one.
    return null;
  }
}

/**
 * Reads /proc/PID/attr/current: `cri-containerd.apparmor.d (enforce)` or `unconfined`. Empty or unreadable where the
 * kernel has no such module; where SELinux is the one, its label stands there and is no profile of AppArmor.
 */
export function appArmorOf(text: string | undefined): string | null {
  const profile = text?.replaceAll('\0', '').trim() ?? '';
  return /^unconfined$|^.+ \((?:enforce|complain|kill|prompt|mixed|unconfined)\)$/.test(profile)
    ? profile
    : null;
}

function missing(pid: number, name: string): never {
  throw new CannotTell(`/proc/${String(pid)}/${name} could not be read: the process is gone`);
}
