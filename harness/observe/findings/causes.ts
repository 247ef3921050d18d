import type { ForeignObject } from '../../core/submission.ts';
import { isRecord, recordAt, recordsAt, textAt, textsAt } from '../shape.ts';
import type { Trait } from './trait.ts';

/**
 * The fields of a manifest that ask for a trait, as the manifest says them; nothing when it is a default. The stored
 * pod is asked, so fields that the API server filled in count.
 */
export function causeOf(trait: Trait, pod: ForeignObject, container: string | undefined): string | undefined {
  const spec = recordAt(pod, 'spec');
  const own = [...recordsAt(spec, 'initContainers'), ...recordsAt(spec, 'containers')].find(
    ({ name }) => name === container,
  );
  const security = recordAt(own, 'securityContext');
  const whole = recordAt(spec, 'securityContext');
  const isPrivileged = security['privileged'] === true;
  const privileged = isPrivileged ? 'privileged: true' : undefined;
  switch (trait.kind) {
    case 'namespace':
      return namespaceCause(trait.about, spec) ?? (trait.about === 'cgroup' ? privileged : undefined);
    case 'identity':
      return identityCause(security, whole) ?? namespaceCause('user', spec);
    case 'capabilities':
      return privileged ?? capabilityCause(recordAt(security, 'capabilities'));
    case 'devices':
      return privileged ?? devicesCause(spec, own);
    case 'seccomp':
      return profileCause('seccompProfile', security, whole) ?? privileged;
    case 'AppArmor':
      return profileCause('appArmorProfile', security, whole) ?? privileged;
    case 'no new privileges':
      return said('allowPrivilegeEscalation', security);
    case '/proc':
      return textAt(security, 'procMount') === 'Unmasked' ? 'procMount: Unmasked' : privileged;
    case '/sys':
      return privileged;
    case 'host path':
      return hostPathCause(trait.about, spec, own);
    case 'host port':
      return spec['hostNetwork'] === true ? 'hostNetwork: true' : `hostPort: ${trait.about}`;
    case 'sysctl':
      return `sysctl ${trait.about}`;
  }
}

function namespaceCause(kind: string, spec: ForeignObject): string | undefined {
  const field = { net: 'hostNetwork', uts: 'hostNetwork', pid: 'hostPID', ipc: 'hostIPC', user: 'hostUsers' }[
    kind
  ];
  return field === undefined ? undefined : said(field, spec);
}

function identityCause(security: ForeignObject, whole: ForeignObject): string | undefined {
  const words = ['runAsUser', 'runAsGroup', 'supplementalGroups', 'fsGroup'].flatMap(
    (field) => said(field, security) ?? said(field, whole) ?? [],
  );
  return words.length === 0 ? undefined : words.join(', ');
}

function capabilityCause(capabilities: ForeignObject): string | undefined {
  const words = (['add', 'drop'] as const).flatMap((field) => {
    const names = textsAt(capabilities, field);
    return names.length === 0 ? [] : [`${field} ${names.join(', ')}`];
  });
  return words.length === 0 ? undefined : `capabilities: ${words.join('; ')}`;
}

function hostPathCause(mountPath: string, spec: ForeignObject, container: ForeignObject | undefined): string {
  const mount = recordsAt(container, 'volumeMounts').find((each) => each['mountPath'] === mountPath);
  const volume = recordsAt(spec, 'volumes').find(({ name }) => name === mount?.['name']);
  return `hostPath ${textAt(volume?.['hostPath'], 'path') ?? ''}`.trimEnd();
}

function devicesCause(spec: ForeignObject, container: ForeignObject | undefined): string | undefined {
  const devices = new Set(
    recordsAt(spec, 'volumes')
      .filter((volume) => textAt(volume['hostPath'], 'path')?.startsWith('/dev') === true)
      .map((volume) => textAt(volume, 'name')),
  );
  const mounts = recordsAt(container, 'volumeMounts').some((mount) => devices.has(textAt(mount, 'name')));
  return mounts ? 'hostPath /dev' : undefined;
}

function profileCause(field: string, security: ForeignObject, whole: ForeignObject): string | undefined {
  const profile = isRecord(security[field]) ? security[field] : whole[field];
  const type = textAt(profile, 'type');
  return type === undefined ? undefined : `${field}: ${type}`;
}

/** `hostPID: true`; nothing for a field that is not there. */
function said(field: string, object: ForeignObject): string | undefined {
  if (!(field in object)) return undefined;
  const value = object[field];
  return `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
