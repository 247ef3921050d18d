/**
 * Units run side by side and share nodes and registry, so what a manifest names there gets the unit's nonce: two
 * mutants that swap the same tag must not meet.
 */
export interface UnitNames {
  readonly nonce: string;
  /** Digests for repositories, by their manifest name (`app`), known only after an act pushed them. */
  readonly digests: ReadonlyMap<string, string>;
}

/** The image name that manifests use; the engine puts the cluster's own copy in its place. */
export const WORKLOAD_IMAGE = 'localhost/podproof/workload:v1';

/** Images of the registry as manifests call them; a node finds them under the same prefix. */
export const REGISTRY_PREFIX = 'localhost:5001/podproof/';

/** The only place on a node that a manifest may mount, apart from paths a mutant names. */
const HOST_FOLDER = '/var/lib/podproof/';

const ANY_DIGEST = `sha256:${'0'.repeat(64)}`;

/** Whether a manifest may name it: the image that is on every node, or one that its scenario pushes itself. */
export function isScenarioImage(image: unknown): boolean {
  return typeof image === 'string' && (image === WORKLOAD_IMAGE || image.startsWith(REGISTRY_PREFIX));
}

/** The unit's own name for an image of the registry; other images stay as they are. */
export function imageOf(image: string, { nonce, digests }: UnitNames): string {
  if (!image.startsWith(REGISTRY_PREFIX)) return image;
  const name = image.slice(REGISTRY_PREFIX.length);
  const repository = /^[^@:]+/.exec(name)?.[0] ?? '';
  const pinned = name.replace(ANY_DIGEST, digests.get(repository) ?? ANY_DIGEST);
  return `${REGISTRY_PREFIX.replace('podproof', nonce)}${pinned}`;
}

/** The unit's own place for a path below the host folder; other paths stay as they are. */
export function hostPathOf(path: string, { nonce }: Pick<UnitNames, 'nonce'>): string {
  return path.startsWith(HOST_FOLDER) ? `${HOST_FOLDER}${nonce}/${path.slice(HOST_FOLDER.length)}` : path;
}
