import { posix } from 'node:path';
import type { FieldProblem, Path } from './fault.ts';
import { clip, quoted } from './problem.ts';
import { isScenarioImage, REGISTRY_PREFIX, WORKLOAD_IMAGE } from './unit-names.ts';

/** DNS-1123 label: what the API server accepts as the name of a pod. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What an author writes into metadata; finalizers and owners would make things stay, the rest is the cluster's. */
const METADATA: ReadonlySet<string> = new Set(['name', 'labels', 'annotations']);

/** Whoever reaches one of these owns the node, and on the laptop's own engine the laptop. */
const RUNTIME_SOCKETS = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
];

/** Something that a manifest wants to do to its node and that its scenario has to declare. */
export interface PowerUse {
  /** `privileged` or `hostPath /dev`. */
  readonly power: string;
  readonly path: Path;
}

export interface RuleFindings {
  readonly problems: readonly FieldProblem[];
  readonly powers: readonly PowerUse[];
}

type Fields = Readonly<Record<string, unknown>>;
interface Found {
  readonly problems: FieldProblem[];
  readonly powers: PowerUse[];
}

/**
 * What a scenario may create: names that are no flags and no shell text, the workload image and no other, no way to
 * the sockets of container runtimes. Fields that are unknown or of a wrong type are `checkFields`' business.
 */
export function checkRules(object: unknown): RuleFindings {
  const found: Found = { problems: [], powers: [] };
  const { kind, metadata, spec } = fieldsOf(object);
  checkMetadata(fieldsOf(metadata), found);
  if (kind === 'Pod') checkPodSpec(spec, ['spec'], found);
  if (kind === 'Deployment' || kind === 'DaemonSet') {
    const template = fieldsOf(fieldsOf(spec)['template']);
    checkPodSpec(template['spec'], ['spec', 'template', 'spec'], found);
  }
  return found;
}

function checkMetadata(metadata: Fields, { problems }: Found): void {
  checkName(metadata['name'], ['metadata', 'name'], problems);
  for (const field of Object.keys(metadata).filter((name) => !METADATA.has(name))) {
    const isNamespace = field === 'namespace';
    problems.push({
      path: ['metadata', field],
      message: isNamespace
        ? 'metadata.namespace is chosen by podproof for each run.'
        : `metadata.${clip(field)} is not for a manifest: only ${[...METADATA].join(', ')} are.`,
      hint: 'Remove the line.',
    });
  }
}

function checkPodSpec(spec: unknown, path: Path, found: Found): void {
  const fields = fieldsOf(spec);
  const containers = listOf(fields['containers']);
  if (containers.length === 0 && (spec === undefined || isFields(spec)))
    found.problems.push({ path: [...path, 'containers'], message: `${path.join('.')} needs a container.` });
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'])
    listOf(fields[list]).forEach((container, at) =>
      checkContainer(fieldsOf(container), [...path, list, at], found),
    );
  listOf(fields['volumes']).forEach((volume, at) =>
    checkVolume(fieldsOf(volume), [...path, 'volumes', at], found),
  );
}

function checkContainer(container: Fields, path: Path, { problems, powers }: Found): void {
  checkName(container['name'], [...path, 'name'], problems);
  if (!isScenarioImage(container['image'])) {
    problems.push({
      path: [...path, 'image'],
      message: `${path.join('.')}.image must be ${WORKLOAD_IMAGE}, which is on every node, or ${REGISTRY_PREFIX}NAME, which its scenario pushes, not ${quoted(container['image'] ?? null)}.`,
    });
  }
  if (fieldsOf(container['securityContext'])['privileged'] === true)
    powers.push({ power: 'privileged', path: [...path, 'securityContext', 'privileged'] });
}

function checkVolume(volume: Fields, path: Path, { problems, powers }: Found): void {
  checkName(volume['name'], [...path, 'name'], problems);
  if (volume['hostPath'] === undefined) return;
  const at = [...path, 'hostPath', 'path'];
  const host = fieldsOf(volume['hostPath'])['path'];
  if (typeof host !== 'string' || !isPlainPath(host)) {
    problems.push({
      path: at,
      message: `${at.join('.')} must be an absolute path without ., .. and a slash at its end, not ${quoted(host ?? null)}.`,
    });
  } else if (leadsToRuntime(host)) {
    problems.push({
      path: at,
      message: `${at.join('.')} ${quoted(host)} leads to the socket of a container runtime, which no scenario may have.`,
    });
  } else {
    powers.push({ power: `hostPath ${host}`, path: at });
  }
}

function isPlainPath(path: string): boolean {
  return path.startsWith('/') && posix.normalize(path) === path && (path === '/' || !path.endsWith('/'));
}

function leadsToRuntime(path: string): boolean {
  // /var/run is a link to /run.
  const real = path.replace(/^\/var\/run(?=\/|$)/, '/run');
  if (real === '/' || real === '/var') return true;
  return RUNTIME_SOCKETS.some((socket) => socket === real || socket.startsWith(`${real}/`));
}

function checkName(name: unknown, path: Path, problems: FieldProblem[]): void {
  if (typeof name === 'string' && NAME.test(name)) return;
  problems.push({
    path,
    message: `${path.join('.')} must be a DNS-1123 label, not ${quoted(name ?? null)}.`,
    hint: 'Lower-case letters, digits and dashes, at most 63.',
  });
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
