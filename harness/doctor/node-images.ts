import { stockImage, OWN_KIND_VERSION } from '../clusters/kind/version.ts';
import type { Deadline } from '../core/deadline.ts';
import { lookForNodeImage } from '../images/node-image.ts';
import type { Patient } from './patient.ts';

/**
 * The images that a run could make its nodes from, in the order in which it would take them: the one asked for and no
 * other, else kind's for the version of Kubernetes, else our own.
 */
export async function imagesOfNodes(
  { wish, shell, folders }: Pick<Patient, 'wish' | 'shell' | 'folders'>,
  deadline: Deadline,
): Promise<readonly string[]> {
  if (wish.image !== undefined) return [wish.image];
  const { kubernetes } = wish;
  const stock = stockImage(OWN_KIND_VERSION, kubernetes);
  const own = await deadline.race(
    lookForNodeImage({ runner: shell, cacheDir: folders.cache, recipeDir: folders.recipes, kubernetes }),
  );
  return [...(stock === undefined ? [] : [stock]), own.node];
}
