import { stockK3s } from '../clusters/k3s/image-choice.ts';
import { OWN_KIND_VERSION, stockImage } from '../clusters/kind/version.ts';
import { stockBase } from '../clusters/minikube/image-choice.ts';
import type { Deadline } from '../core/deadline.ts';
import { lookForMinikubeImage, lookForNodeImage, type NodeImageLook } from '../images/node-image.ts';
import type { Patient } from './patient.ts';

type Wishing = Pick<Patient, 'wish' | 'shell' | 'folders'>;

/**
 * The images that a run could make its nodes from, in the order in which it would take them: the one asked for and no
 * other, else the provider's for the version of Kubernetes, else our own.
 */
export async function imagesOfNodes(patient: Wishing, deadline: Deadline): Promise<readonly string[]> {
  const { wish } = patient;
  if (wish.image !== undefined) return [wish.image];
  const stock = await stockOf(patient, deadline);
  const own = await deadline.race(ownImage(patient));
  return [...(stock === undefined ? [] : [stock]), own.node];
}

async function stockOf({ wish, shell }: Wishing, deadline: Deadline): Promise<string | undefined> {
  if (wish.provider === 'minikube') return stockBase({ shell, deadline });
  const { provider, kubernetes } = wish;
  return provider === 'k3s' ? stockK3s(kubernetes) : stockImage(OWN_KIND_VERSION, kubernetes);
}

/** The image that podproof builds for the nodes of the provider; for k3s, what the engine adds to takes a second. */
export async function ownImage({ wish, shell, folders }: Wishing): Promise<NodeImageLook> {
  const look = wish.provider === 'minikube' ? lookForMinikubeImage : lookForNodeImage;
  const { cache: cacheDir, recipes: recipeDir } = folders;
  return look({ runner: shell, cacheDir, recipeDir, kubernetes: wish.kubernetes });
}
