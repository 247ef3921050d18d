import type { Json } from '../../core/json.ts';
import { DEFAULT_DEVICES, deviceId, type Device } from '../../probes/devices.ts';
import type { NamespaceKind } from '../../probes/namespaces.ts';
import { capabilityWords } from './capability-words.ts';
import type { Trait } from './trait.ts';
import { NAMESPACES, type ContainerFacts, type Ids } from '../looking/container-facts.ts';
import type { HostPathFacts } from '../looking/host-paths.ts';
import type { NodeFacts } from '../looking/node-facts.ts';

/** What a container has beside its facts. */
export interface ContainerExtras {
  readonly hostPaths: readonly HostPathFacts[];
  /** False when the devices it sees cannot be opened; null when that was not asked. */
  readonly mayOpenDevices: boolean | null;
  /** The image was replaced, so its user is not known. */
  readonly isSubstitute: boolean;
}

/** Everything about one container that can be compared with that of its control. */
export function containerTraits(
  facts: ContainerFacts,
  node: NodeFacts,
  extras: ContainerExtras,
): readonly Trait[] {
  return [
    ...namespaceTraits(facts, node),
    identityTrait(facts, extras),
    capabilitiesTrait(facts, node),
    ...devicesTrait(facts, extras),
    ...(facts.seccomp === null ? [] : [seccompTrait(facts.seccomp)]),
    {
      kind: 'AppArmor',
      about: '',
      text: facts.appArmor === null ? 'no AppArmor profile' : `AppArmor ${facts.appArmor}`,
      value: facts.appArmor,
    },
    {
      kind: 'no new privileges',
      about: '',
      text: facts.noNewPrivs ? 'cannot gain privileges' : 'may gain privileges (setuid programs work)',
      value: facts.noNewPrivs,
    },
    {
      kind: '/proc',
      about: '',
      text: facts.procMasked
        ? "the kernel's files in /proc protected"
        : "the kernel's files in /proc not protected",
      value: facts.procMasked,
    },
    {
      kind: '/sys',
      about: '',
      text: `/sys ${facts.sysWritable ? 'writable' : 'read-only'}`,
      value: facts.sysWritable,
    },
    ...extras.hostPaths.map(hostPathTrait),
  ];
}

/** The namespaces of a process, against those of the node. */
export function namespaceTraits(
  facts: Pick<ContainerFacts, 'namespaces' | 'interfaces'>,
  node: NodeFacts,
): readonly Trait[] {
  return NAMESPACES.flatMap((kind) => namespaceTrait(kind, facts, node));
}

/** How people call the namespaces. */
const NAMESPACE_NAMES: Readonly<Record<NamespaceKind, string>> = {
  net: 'network',
  pid: 'PID',
  ipc: 'IPC',
  uts: 'UTS (hostname)',
  user: 'user',
  mnt: 'mount',
  cgroup: 'cgroup',
};

function namespaceTrait(
  kind: NamespaceKind,
  facts: Pick<ContainerFacts, 'namespaces' | 'interfaces'>,
  node: NodeFacts,
): readonly Trait[] {
  const [own, nodes] = [facts.namespaces[kind], node.namespaces[kind]];
  if (own === undefined || nodes === undefined) return [];
  const shared = own === nodes;
  const seen = kind === 'net' && facts.interfaces !== null ? `: ${interfaceWords(facts.interfaces)}` : '';
  const text = shared
    ? `shares the node's ${NAMESPACE_NAMES[kind]} namespace${seen}`
    : `own ${NAMESPACE_NAMES[kind]} namespace${seen}`;
  const value = {
    shared,
    namespace: own,
    nodes,
    ...(kind === 'net' ? { interfaces: facts.interfaces } : {}),
  };
  return [{ kind: 'namespace', about: kind, text, value }];
}

const MOST_INTERFACES = 3;

function interfaceWords(names: readonly string[]): string {
  // Every pod on a node adds an interface; the first names are enough to recognise it.
  const shown = names.slice(0, MOST_INTERFACES).join(' ');
  return names.length > MOST_INTERFACES ? `${shown} … (${String(names.length)})` : shown;
}

function identityTrait(
  { inPod, onNode, idsAreMapped }: ContainerFacts,
  { isSubstitute }: ContainerExtras,
): Trait {
  const who = inPod.uid === 0 ? 'root (uid 0' : `uid ${String(inPod.uid)} (`;
  const groups = inPod.groups.filter((group) => group !== inPod.gid);
  const more = groups.length === 0 ? '' : `, groups ${groups.slice(0, 6).join(' ')}`;
  const ids =
    inPod.uid === 0 ? `${who}, gid ${String(inPod.gid)}${more})` : `${who}gid ${String(inPod.gid)}${more})`;
  const mapped = idsAreMapped ? `, on the node uid ${String(onNode.uid)}` : '';
  const whose = isSubstitute ? ', of the substitute image unless the manifest says so' : '';
  return {
    kind: 'identity',
    about: '',
    text: `runs as ${ids}${mapped}${whose}`,
    value: { inPod: idsValue(inPod), onNode: idsValue(onNode), mapped: idsAreMapped, isSubstitute },
  };
}

function idsValue({ uid, gid, groups }: Ids): Json {
  return { uid, gid, groups };
}

function capabilitiesTrait({ capEff, capBnd }: ContainerFacts, node: NodeFacts): Trait {
  const effective = capabilityWords(capEff, node.capabilities);
  // A process that is not root has none in effect, but programs with file capabilities reach up to the bounding set.
  const bounding = capabilityWords(capBnd, node.capabilities);
  return {
    kind: 'capabilities',
    about: '',
    text: effective === bounding ? effective : `${effective}; bounding set: ${bounding}`,
    value: { effective: capEff, bounding: capBnd, nodes: node.capabilities },
  };
}

function devicesTrait({ devices }: ContainerFacts, { mayOpenDevices }: ContainerExtras): readonly Trait[] {
  if (devices === null) return [];
  const more = extraDevices(devices);
  const usable = more.length === 0 ? null : mayOpenDevices;
  const some = more
    .filter(({ kind }) => kind === 'b')
    .slice(0, 3)
    .map(({ path }) => path.replace('/dev/', ''));
  const disks = some.length === 0 ? '' : ` (${some.join(' ')} …)`;
  const opening = usable === false ? ', which it may see but not open' : '';
  return [
    {
      kind: 'devices',
      about: '',
      text:
        more.length === 0
          ? 'only the default devices'
          : `${String(more.length)} devices beyond the default ones${disks}${opening}`,
      value: {
        count: devices.length,
        beyondDefault: more.map((device) => `${deviceId(device)} ${device.path}`),
        usable,
      },
    },
  ];
}

/** Devices that an ordinary container does not have. */
export function extraDevices(devices: readonly Device[]): readonly Device[] {
  return devices.filter(
    (device) => !DEFAULT_DEVICES.includes(deviceId(device)) && !device.path.startsWith('/dev/pts/'),
  );
}

function seccompTrait(mode: number): Trait {
  const text = mode === 0 ? 'no seccomp filter' : mode === 2 ? 'seccomp filter' : 'strict seccomp';
  return { kind: 'seccomp', about: '', text, value: mode };
}

function hostPathTrait({ hostPath, mountPath, file, access }: HostPathFacts): Trait {
  const may =
    access === null
      ? 'access not known'
      : access.read && access.write
        ? 'read and write'
        : access.read
          ? 'read only'
          : access.write
            ? 'write only'
            : 'no access';
  const what =
    file === null
      ? 'nothing there'
      : `${file.type}, ${file.mode}, owner ${String(file.uid)}:${String(file.gid)}`;
  const tried = access?.how === 'tried' ? ', tried' : '';
  return {
    kind: 'host path',
    about: mountPath,
    text: `${mountPath} is the node's ${hostPath} (${what}): ${may}${tried}`,
    value: {
      hostPath,
      file: file === null ? null : { type: file.type, uid: file.uid, gid: file.gid, mode: file.mode },
      access: access === null ? null : { read: access.read, write: access.write, how: access.how },
    },
  };
}

export function sysctlTrait(name: string, value: string): Trait {
  return { kind: 'sysctl', about: name, text: `${name} = ${value}`, value };
}
