import type { ForeignObject } from '../../core/submission.ts';
import { isEmpty, isRecord, recordAt, recordsAt, textAt, textsAt, without } from '../shape.ts';

export interface ControlPod {
  /** The same `metadata` and `spec`, without the fields that weaken the isolation from the node. */
  readonly template: ForeignObject;
  /** What was removed, as the manifest says it: `hostNetwork: true`, `container web: privileged: true`. */
  readonly removed: readonly string[];
}

type Removed = (what: string) => void;

/**
 * The control of a pod: the same pod without every field that gives it something of the node. Fields that take rights
 * away (`runAsNonRoot`, `drop`, `hostUsers: false`, `readOnlyRootFilesystem`, a uid other than 0) stay. A hostPath
 * becomes an empty directory at the same place, so that the container still finds one there.
 *
 * @returns an empty `removed` when the pod asks for nothing of the node: it is its own control
 */
export function controlOf(template: ForeignObject): ControlPod {
  const removed: string[] = [];
  const remove = (what: string): void => void removed.push(what);
  const metadata = withoutProfiles(recordAt(template, 'metadata'), remove);
  const spec = podSpec(recordAt(template, 'spec'), remove);
  return { template: { ...template, metadata, spec }, removed };
}

/** Present and true means shared; `hostUsers: true` is the default and changes nothing, but says the same. */
const SHARES = ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers'] as const;

function podSpec(spec: ForeignObject, remove: Removed): ForeignObject {
  for (const field of SHARES) if (spec[field] === true) remove(`${field}: true`);
  const shared = SHARES.filter((field) => spec[field] === true);
  const rest = without(spec, ...shared, 'securityContext', 'volumes', ...CONTAINER_LISTS);
  const security = securityContext(spec['securityContext'], remove);
  const hostPaths = new Set(
    recordsAt(spec, 'volumes')
      .filter((volume) => isRecord(volume['hostPath']))
      .map((volume) => textAt(volume, 'name') ?? ''),
  );
  return {
    ...rest,
    ...kept('securityContext', spec, security),
    ...kept(
      'volumes',
      spec,
      list(spec['volumes'], (volume) => withoutHostPath(volume, remove)),
    ),
    ...Object.fromEntries(
      CONTAINER_LISTS.flatMap((field) =>
        field in spec ? [[field, list(spec[field], (item) => container(item, { hostPaths, remove }))]] : [],
      ),
    ),
  };
}

const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

function container(
  item: ForeignObject,
  { hostPaths, remove }: { hostPaths: ReadonlySet<string>; remove: Removed },
): ForeignObject {
  const name = textAt(item, 'name') ?? '?';
  const removeHere: Removed = (what) => remove(`container ${name}: ${what}`);
  return {
    ...without(item, 'securityContext', 'ports', 'volumeMounts'),
    ...kept('securityContext', item, securityContext(item['securityContext'], removeHere)),
    ...kept(
      'ports',
      item,
      list(item['ports'], (port) => withoutHostPort(port, removeHere)),
    ),
    ...kept(
      'volumeMounts',
      item,
      list(item['volumeMounts'], (mount) => withoutPropagation(mount, hostPaths)),
    ),
  };
}

/** Fields of a securityContext, of the pod or of a container, that lower the wall to the node. */
function securityContext(value: unknown, remove: Removed): unknown {
  if (!isRecord(value)) return value;
  const gone: string[] = [];
  const drop = (field: string, what: string): void => {
    gone.push(field);
    remove(what);
  };
  if (value['privileged'] === true) drop('privileged', 'privileged: true');
  if (value['runAsUser'] === 0) drop('runAsUser', 'runAsUser: 0');
  if (value['procMount'] === 'Unmasked') drop('procMount', 'procMount: Unmasked');
  for (const field of ['seccompProfile', 'appArmorProfile'])
    if (textAt(value[field], 'type') === 'Unconfined') drop(field, `${field}: Unconfined`);
  if (isRecord(value['seLinuxOptions']) && !isEmpty(value['seLinuxOptions']))
    drop('seLinuxOptions', `seLinuxOptions: ${JSON.stringify(value['seLinuxOptions'])}`);
  if (recordAt(value, 'windowsOptions')['hostProcess'] === true)
    drop('windowsOptions', 'windowsOptions.hostProcess: true');
  for (const sysctl of recordsAt(value, 'sysctls')) remove(`sysctl ${textAt(sysctl, 'name') ?? '?'}`);
  if ('sysctls' in value) gone.push('sysctls');
  const added = textsAt(value['capabilities'], 'add');
  if (added.length > 0) remove(`capabilities: add ${added.join(', ')}`);
  const rest = without(value, ...gone);
  return isRecord(value['capabilities'])
    ? { ...rest, capabilities: without(value['capabilities'], 'add') }
    : rest;
}

function withoutHostPath(volume: ForeignObject, remove: Removed): ForeignObject {
  if (!isRecord(volume['hostPath'])) return volume;
  remove(`volume ${textAt(volume, 'name') ?? '?'}: hostPath ${textAt(volume['hostPath'], 'path') ?? '?'}`);
  return { ...without(volume, 'hostPath'), emptyDir: {} };
}

function withoutHostPort(port: ForeignObject, remove: Removed): ForeignObject {
  if (!('hostPort' in port) || port['hostPort'] === 0) return port;
  remove(`hostPort: ${String(port['hostPort'])}`);
  return without(port, 'hostPort', 'hostIP');
}

/** Only a privileged container may propagate its mounts; the control is none. */
function withoutPropagation(mount: ForeignObject, hostPaths: ReadonlySet<string>): ForeignObject {
  const isOfHost = hostPaths.has(textAt(mount, 'name') ?? '');
  return isOfHost || mount['mountPropagation'] === 'Bidirectional'
    ? without(mount, 'mountPropagation')
    : mount;
}

/** The annotations that stood for the profile fields before Kubernetes had them. */
const PROFILE_ANNOTATION =
  /^(?:container\.apparmor\.security\.beta\.kubernetes\.io\/|(?:container\.)?seccomp\.security\.alpha\.kubernetes\.io\/)/;

function withoutProfiles(metadata: ForeignObject, remove: Removed): ForeignObject {
  const annotations = recordAt(metadata, 'annotations');
  const gone = Object.keys(annotations).filter(
    (key) => PROFILE_ANNOTATION.test(key) && annotations[key] === 'unconfined',
  );
  if (gone.length === 0) return metadata;
  for (const key of gone) remove(`annotation ${key}: unconfined`);
  return { ...metadata, annotations: without(annotations, ...gone) };
}

/** Maps a list and leaves alone whatever is none. */
function list(value: unknown, change: (item: ForeignObject) => ForeignObject): unknown {
  return Array.isArray(value) ? value.map((item: unknown) => (isRecord(item) ? change(item) : item)) : value;
}

/** A field that was there, with its new value; nothing where it was not there. */
function kept(field: string, before: ForeignObject, value: unknown): ForeignObject {
  return field in before ? { [field]: value } : {};
}
