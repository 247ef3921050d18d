import { isRecord } from '../core/json.ts';
import type { KubeObject } from '../core/kube.ts';
import { podPartOf, type Container, type PodSpec } from './pod-template.ts';

/** Of the Pod Security Standards: what a namespace admits. */
export type SecurityLevel = 'baseline' | 'privileged';

/** What the baseline level lets containers add: what runtimes give them anyway. */
const HARMLESS_CAPABILITIES: ReadonlySet<unknown> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** Of a security context. The baseline level lets some values of theirs through; no scenario needs the difference. */
const RARE_FIELDS = ['procMount', 'seLinuxOptions', 'appArmorProfile', 'windowsOptions', 'sysctls'] as const;

/**
 * The lowest level at which a namespace admits all pods of these objects. Too low a level shows at once, since the API
 * server then refuses the pod; what is rare counts as privileged, which is what every namespace was before.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 * @example levelFor([{ kind: 'Pod', spec: { hostNetwork: true, … }, … }]) // 'privileged'
 */
export function levelFor(objects: readonly KubeObject[]): SecurityLevel {
  const specs = objects.flatMap((object) => podPartOf(object)?.spec ?? []);
  return specs.every(isBaseline) ? 'baseline' : 'privileged';
}

function isBaseline(spec: PodSpec): boolean {
  const { containers, initContainers = [], volumes = [] } = spec;
  return (
    ![spec['hostNetwork'], spec['hostPID'], spec['hostIPC']].includes(true) &&
    volumes.every(({ hostPath }) => hostPath === undefined) &&
    isPlainContext(spec['securityContext']) &&
    [...containers, ...initContainers].every(isPlainContainer)
  );
}

function isPlainContainer(container: Container): boolean {
  const { ports, securityContext } = container;
  const context = isRecord(securityContext) ? securityContext : {};
  const { privileged, capabilities } = context;
  const added = isRecord(capabilities) && Array.isArray(capabilities['add']) ? capabilities['add'] : [];
  return (
    privileged !== true &&
    isPlainContext(context) &&
    added.every((capability) => HARMLESS_CAPABILITIES.has(capability)) &&
    !(Array.isArray(ports) && ports.some((port) => isRecord(port) && Boolean(port['hostPort'])))
  );
}

function isPlainContext(context: unknown): boolean {
  if (!isRecord(context)) return true;
  const { seccompProfile } = context;
  const isUnconfined = isRecord(seccompProfile) && seccompProfile['type'] === 'Unconfined';
  return !isUnconfined && RARE_FIELDS.every((field) => context[field] === undefined);
}
