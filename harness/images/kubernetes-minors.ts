import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';

/** Below the recipe folder: one folder for each minor, which holds nothing but the versions of its modules. */
export const KUBERNETES_FOLDER = join('node-image', 'kubernetes');

/** The minors of Kubernetes that the recipe can build, newest first. */
export async function kubernetesMinors(recipeDir: string): Promise<readonly string[]> {
  const found = await readdir(join(recipeDir, KUBERNETES_FOLDER));
  return found.filter((name) => /^1\.\d+$/.test(name)).toSorted((a, b) => numberOf(b) - numberOf(a));
}

/**
 * The minor to build: the one asked for, else the newest.
 *
 * @example await requireMinor(places.recipes, '1.36') // '1.36'
 * @throws UsageError KUBERNETES_UNKNOWN with the list of those that there are
 */
export async function requireMinor(recipeDir: string, wanted: string | undefined): Promise<string> {
  const minors = await kubernetesMinors(recipeDir);
  const minor = wanted ?? minors[0];
  if (minor !== undefined && minors.includes(minor)) return minor;
  throw new UsageError(
    'KUBERNETES_UNKNOWN',
    `There is no recipe for nodes with Kubernetes ${minor ?? 'of any version'}. There are: ${minors.join(', ')}.`,
    { hint: `--kubernetes ${minors[0] ?? '…'}, or an image of yours with --image.` },
  );
}

function numberOf(minor: string): number {
  return Number(minor.split('.')[1]);
}
