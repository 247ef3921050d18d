import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../core/kube.ts';
import { sanitizeValue } from '../core/sanitize-value.ts';
import { manifestText } from '../scenario/manifest.ts';

/**
 * Keeps what was applied, for readers who want to repeat it. A secret in it is replaced: a run folder is something
 * that people hand on.
 */
export function keepManifest(folder: string, unit: string, objects: readonly KubeObject[]): void {
  writeFileSync(join(folder, `${unit}.yaml`), manifestText(objects.map(sanitizeValue)));
}

/** Tells one manifest from another, before anything of the run was added: the same files give the same digest. */
export function manifestDigest(objects: readonly KubeObject[]): string {
  return `sha256:${createHash('sha256').update(manifestText(objects)).digest('hex')}`;
}
