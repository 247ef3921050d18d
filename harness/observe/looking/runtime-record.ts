import { describeResult, type CommandRunner } from '../../core/command.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { CannotTell } from '../../core/under-test.ts';
import { ask } from '../../probes/answer.ts';
import type { Device } from '../../probes/devices.ts';
import type { NamespaceKind } from '../../probes/namespaces.ts';
import { isRecord, numberAt, recordAt, recordsAt, textAt, textsAt } from '../shape.ts';
import { namespacesOf, type ContainerFacts, type Ids, type Namespaces } from './container-facts.ts';
import { idInside, type IdRange } from './id-map.ts';

/**
 * What containerd was told to start, for a container whose process is gone: one that ended at once, or crashes again
 * and again. It says what the process was given, not what the kernel made of it, and the report tells which it was.
 *
 * @throws CannotTell when there is no record: another runtime, or the container was removed
 */
export async function runtimeRecord(node: CommandRunner, containerId: string): Promise<ContainerFacts> {
  const spec = await specOf(node, containerId);
  return factsOfSpec(spec, await joinedNamespaces(node, spec));
}

/**
 * Whether containerd lets the container open a device beyond those that every container has. Seeing a device is not
 * having it: a host's /dev that is only mounted shows every disk and opens none.
 *
 * @throws CannotTell
 */
export async function mayOpenDevices(node: CommandRunner, containerId: string): Promise<boolean> {
  const resources = recordAt(recordAt(await specOf(node, containerId), 'linux'), 'resources');
  // A rule without type and number is about all devices (OCI runtime spec, "Allowed Device list").
  return recordsAt(resources, 'devices').some(
    (rule) => rule['allow'] === true && !('major' in rule) && (textAt(rule, 'type') ?? 'a') === 'a',
  );
}

async function specOf(node: CommandRunner, containerId: string): Promise<ForeignObject> {
  const result = await ask(node, ['ctr', '-n', 'k8s.io', 'containers', 'info', containerId]);
  if (result.exitCode !== 0)
    throw new CannotTell(`the runtime has no record of the container: ${describeResult(result)}`);
  const spec = recordAt(parse(result.stdout), 'Spec');
  if (!isRecord(spec['process'])) throw new CannotTell('the record of the runtime names no process');
  return spec;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CannotTell('the record of the runtime is not JSON', error);
  }
}

/** Names in the OCI runtime spec that differ from those under /proc/PID/ns. */
const KINDS: Readonly<Record<string, NamespaceKind>> = {
  network: 'net',
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  mount: 'mnt',
  cgroup: 'cgroup',
};

/**
 * The namespaces of the record as the kernel knows them now: joined ones through the process that keeps them, those
 * that the record does not name are the node's, the rest was the container's own and is gone with it.
 */
async function joinedNamespaces(node: CommandRunner, spec: ForeignObject): Promise<Namespaces> {
  const entries = recordsAt(recordAt(spec, 'linux'), 'namespaces').flatMap((entry) => {
    const kind = KINDS[textAt(entry, 'type') ?? ''];
    const pid = /^\/proc\/(\d+)\/ns\//.exec(textAt(entry, 'path') ?? '')?.[1];
    return kind === undefined ? [] : [{ kind, pid: pid === undefined ? undefined : Number(pid) }];
  });
  const keepers = new Set(entries.flatMap(({ pid }) => pid ?? []));
  const known = await namespacesOf(node, [1, ...keepers]);
  return Object.fromEntries(
    Object.values(KINDS).flatMap((kind) => {
      const entry = entries.find((each) => each.kind === kind);
      const link = known.get(entry === undefined ? 1 : (entry.pid ?? 0))?.[kind];
      const own = entry !== undefined && entry.pid === undefined ? `${kind}:own` : undefined;
      return (link ?? own) === undefined ? [] : [[kind, link ?? own]];
    }),
  );
}

/** @param namespaces links, or `KIND:own` for one that was the container's own */
export function factsOfSpec(spec: ForeignObject, namespaces: Namespaces): ContainerFacts {
  const [process, linux] = [recordAt(spec, 'process'), recordAt(spec, 'linux')];
  const capabilities = recordAt(process, 'capabilities');
  const [uids, gids] = [rangesAt(linux, 'uidMappings'), rangesAt(linux, 'gidMappings')];
  const inPod = idsOf(recordAt(process, 'user'));
  return {
    source: 'runtime record',
    namespaces,
    interfaces: null,
    inPod,
    onNode: {
      uid: outside(inPod.uid, uids),
      gid: outside(inPod.gid, gids),
      groups: inPod.groups.flatMap((group) => outside(group, gids) ?? []),
    },
    idsAreMapped: uids.length > 0,
    capEff: namesAt(capabilities, 'effective'),
    capBnd: namesAt(capabilities, 'bounding'),
    seccomp: isRecord(linux['seccomp']) ? 2 : 0,
    noNewPrivs: process['noNewPrivileges'] === true,
    appArmor: textAt(process, 'apparmorProfile') ?? null,
    devices: recordsAt(linux, 'devices').flatMap(deviceOf),
    procMasked:
      textsAt(linux, 'readonlyPaths').includes('/proc/sys') ||
      textsAt(linux, 'maskedPaths').includes('/proc/kcore'),
    sysWritable: recordsAt(spec, 'mounts').some(
      (mount) => textAt(mount, 'destination') === '/sys' && !textsAt(mount, 'options').includes('ro'),
    ),
    mounts: [],
  };
}

function idsOf(user: ForeignObject): Ids {
  const extra = Array.isArray(user['additionalGids']) ? user['additionalGids'] : [];
  // Go leaves out a zero.
  return {
    uid: numberAt(user, 'uid') ?? 0,
    gid: numberAt(user, 'gid') ?? 0,
    groups: extra.filter((gid) => typeof gid === 'number'),
  };
}

function rangesAt(linux: ForeignObject, field: string): readonly IdRange[] {
  return recordsAt(linux, field).map((range) => ({
    inside: numberAt(range, 'containerID') ?? 0,
    outside: numberAt(range, 'hostID') ?? 0,
    count: numberAt(range, 'size') ?? 0,
  }));
}

/** The id on the node; the map is read the other way round. */
function outside(id: number | null, map: readonly IdRange[]): number | null {
  if (id === null || map.length === 0) return id;
  const turned = map.map((range) => ({ ...range, inside: range.outside, outside: range.inside }));
  return idInside(id, turned) ?? null;
}

function namesAt(capabilities: ForeignObject, field: string): readonly string[] {
  return textsAt(capabilities, field).map((name) => name.replace(/^CAP_/, ''));
}

function deviceOf(device: ForeignObject): readonly Device[] {
  const [kind, path] = [textAt(device, 'type'), textAt(device, 'path') ?? ''];
  if (kind !== 'b' && kind !== 'c') return [];
  return [{ kind, major: numberAt(device, 'major') ?? 0, minor: numberAt(device, 'minor') ?? 0, path }];
}
