import { UsageError } from '../core/errors.ts';
import { isObjectKind, type KubeObject, type ObjectKind, type ObjectName } from '../core/kube.ts';

interface KindPath {
  readonly apiVersion: string;
  readonly root: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const CORE = { apiVersion: 'v1', root: '/api/v1' };
const APPS = { apiVersion: 'apps/v1', root: '/apis/apps/v1' };

const KINDS: Readonly<Record<ObjectKind, KindPath>> = {
  Namespace: { ...CORE, plural: 'namespaces', namespaced: false },
  Node: { ...CORE, plural: 'nodes', namespaced: false },
  Pod: { ...CORE, plural: 'pods', namespaced: true },
  Service: { ...CORE, plural: 'services', namespaced: true },
  ServiceAccount: { ...CORE, plural: 'serviceaccounts', namespaced: true },
  LimitRange: { ...CORE, plural: 'limitranges', namespaced: true },
  ConfigMap: { ...CORE, plural: 'configmaps', namespaced: true },
  Deployment: { ...APPS, plural: 'deployments', namespaced: true },
  DaemonSet: { ...APPS, plural: 'daemonsets', namespaced: true },
};

/** DNS-1123 label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Path of one object. @throws UsageError INVALID_NAME */
export function objectPath(kind: ObjectKind, name: ObjectName): string {
  return `${collectionPath(kind, KINDS[kind].namespaced ? (name.namespace ?? 'default') : undefined)}/${checkedName(name.name)}`;
}

/** Path of all objects of a kind, in one namespace or (without it) in all. @throws UsageError INVALID_NAME */
export function collectionPath(kind: ObjectKind, namespace?: string): string {
  const { root, plural, namespaced } = KINDS[kind];
  return namespaced && namespace !== undefined
    ? `${root}/namespaces/${checkedLabel(namespace, 'namespace')}/${plural}`
    : `${root}/${plural}`;
}

/** Where to POST an object. @throws UsageError UNSUPPORTED_KIND, INVALID_NAME */
export function creationPath(object: KubeObject): string {
  const { kind, apiVersion, metadata } = object;
  if (!isObjectKind(kind) || KINDS[kind].apiVersion !== apiVersion) {
    throw new UsageError('UNSUPPORTED_KIND', `podproof cannot create a ${apiVersion} ${kind}.`, {
      hint: `It knows ${Object.entries(KINDS)
        .map(([known, path]) => `${path.apiVersion} ${known}`)
        .join(', ')}.`,
    });
  }
  checkedName(metadata.name);
  return collectionPath(kind, metadata.namespace ?? 'default');
}

/** A namespace or container name that is safe in a URL. @throws UsageError INVALID_NAME */
export function checkedLabel(name: string, what: string): string {
  if (typeof name === 'string' && LABEL.test(name)) return encodeURIComponent(name);
  throw invalidName(name, what);
}

/**
 * The name of an object that is safe in a URL. Without the check a name like `../../secrets` would address another
 * object, because the path is normalised on its way.
 *
 * @throws UsageError INVALID_NAME
 */
function checkedName(name: string): string {
  if (typeof name === 'string' && name.length <= 253 && SUBDOMAIN.test(name)) return encodeURIComponent(name);
  throw invalidName(name, 'object');
}

function invalidName(name: unknown, what: string): UsageError {
  return new UsageError('INVALID_NAME', `${JSON.stringify(name)} is not a valid ${what} name.`, {
    hint: 'Use lower-case letters, digits and hyphens, beginning and ending with a letter or digit.',
  });
}
