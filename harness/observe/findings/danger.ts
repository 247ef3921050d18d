import type { Json } from '../../core/json.ts';
import { isRecord, textsAt } from '../shape.ts';
import { DEFAULT_CAPABILITIES } from './capability-words.ts';
import type { Trait } from './trait.ts';

/**
 * How bad it is to have something that the control has not. `node`: whoever has it owns the node. `serious`: a large
 * part of the wall to the node or to other pods is gone. `notable`: worth knowing. `none`: every pod has it.
 */
export type Danger = 'node' | 'serious' | 'notable' | 'none';

const ORDER: readonly Danger[] = ['node', 'serious', 'notable', 'none'];

/** For sorting: the worst first. */
export function byDanger(one: Danger, other: Danger): number {
  return ORDER.indexOf(one) - ORDER.indexOf(other);
}

export function worst(dangers: readonly Danger[]): Danger {
  return ORDER.find((danger) => dangers.includes(danger)) ?? 'none';
}

/** Capabilities with which a process leaves its container or takes the kernel (man 7 capabilities). */
const CAPABILITIES_OF_THE_NODE: ReadonlySet<string> = new Set([
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_PTRACE',
  'SYS_BOOT',
  'DAC_READ_SEARCH',
  'BPF',
  'PERFMON',
  'MAC_ADMIN',
]);
/** Traits that ordinary pods have too, so that without a control nobody can say whose doing they are. */
const ORDINARY: ReadonlySet<string> = new Set([
  ...['identity', 'seccomp', 'AppArmor', 'no new privileges'],
  ...['namespace user', 'namespace cgroup'],
]);

/** How dangerous a trait is where no control was looked at. */
export function dangerAlone(trait: Trait): Danger {
  return ORDINARY.has(`${trait.kind} ${trait.about}`.trim()) ? 'none' : dangerOf(trait, undefined);
}

/**
 * How dangerous a trait is, given what the control has. A trait that the control has as well is nothing that the
 * manifest asked for.
 */
export function dangerOf(subject: Trait, control: Trait | undefined): Danger {
  if (control !== undefined && isEqual(subject, control)) return 'none';
  const { value } = subject;
  switch (subject.kind) {
    case 'namespace':
      return namespaceDanger(subject);
    case 'capabilities':
      return capabilityDanger(value, control?.value);
    case 'devices':
      return deviceDanger(value);
    case 'host path':
      return pathDanger(value);
    case 'identity':
      return isRecord(value) && isRecord(value['inPod']) && value['inPod']['uid'] === 0 ? 'notable' : 'none';
    case 'host port':
      return 'notable';
    case '/proc':
      return value === false ? 'serious' : 'none';
    case '/sys':
      return value === true ? 'serious' : 'none';
    case 'seccomp':
      return value === 0 ? 'notable' : 'none';
    case 'AppArmor':
      return value === null || value === 'unconfined' ? 'notable' : 'none';
    case 'no new privileges':
      return value === false ? 'notable' : 'none';
    case 'sysctl':
      return 'notable';
  }
}

/**
 * Whether two pods have the same. Two namespaces of their own are the same, whatever their numbers; so are two ranges
 * of ids that no other pod has.
 */
export function isEqual(one: Trait, other: Trait): boolean {
  if (one.kind === 'namespace') return isShared(one) === isShared(other);
  const [left, right] = [one, other].map(({ kind, value }) =>
    JSON.stringify(kind === 'identity' && isRecord(value) ? [value['inPod'], value['mapped']] : value),
  );
  return left === right;
}

function isShared({ value }: Trait): boolean {
  return isRecord(value) && value['shared'] === true;
}

function namespaceDanger(trait: Trait): Danger {
  if (!isShared(trait)) return 'none';
  switch (trait.about) {
    case 'net':
    case 'pid':
      return 'serious';
    case 'mnt':
      return 'node';
    default:
      return 'notable';
  }
}

function capabilityDanger(value: Json, control: Json | undefined): Danger {
  const had = textsAt(control, 'bounding');
  const gained = textsAt(value, 'bounding').filter(
    (name) => !had.includes(name) && !DEFAULT_CAPABILITIES.includes(name),
  );
  if (gained.some((name) => CAPABILITIES_OF_THE_NODE.has(name)))
    return textsAt(value, 'effective').length > 0 ? 'node' : 'serious';
  return gained.length > 0 ? 'serious' : 'none';
}

function deviceDanger(value: Json): Danger {
  const devices = textsAt(value, 'beyondDefault');
  if (devices.length === 0) return 'none';
  if (isRecord(value) && value['usable'] === false) return 'notable';
  // A disk of the node holds its root file system, whatever the mounts say.
  return devices.some((device) => device.startsWith('b ')) ? 'node' : 'serious';
}

/** Places whose content steers the node or holds its secrets and those of its pods. */
const STEERS_THE_NODE =
  /^\/(?:$|(?:etc|root|boot|proc|sys|dev|bin|sbin|lib|lib64|usr|run|var\/run|kind)(?:\/|$)|var(?:\/lib(?:\/(?:kubelet|docker|containerd|containers|etcd|rancher|minikube|cni)(?:\/|$)|$)|\/spool(?:\/|$)|\/log\/?$|$)|home\/?$|opt\/cni)/;

/** Whether a path of the node is one that nobody may write to without owning the node. */
export function steersTheNode(hostPath: string): boolean {
  return STEERS_THE_NODE.test(hostPath.replace(/\/{2,}/g, '/'));
}

function pathDanger(value: Json): Danger {
  if (!isRecord(value)) return 'notable';
  const { hostPath, access, file } = value;
  if (typeof hostPath !== 'string' || !isRecord(access)) return 'notable';
  const steers = steersTheNode(hostPath);
  const isSocket = isRecord(file) && file['type'] === 'socket';
  if (access['write'] === true) return steers || isSocket ? 'node' : 'serious';
  return access['read'] === true && steers ? 'serious' : 'notable';
}
