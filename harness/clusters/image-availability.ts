import { Deadline } from '../core/deadline.ts';
import { UsageError } from '../core/errors.ts';
import { recognise } from '../core/known-errors/recognise.ts';
import type { ProviderDeps } from './deps.ts';

/** A registry that answers does so within a second; where none can be reached, nobody should wait for it. */
const PROBE_MS = 3000;

/** Whether the engine has an image, or a registry answers it for that image. */
export async function isAvailable(
  image: string,
  deadline: Deadline,
  deps: Pick<ProviderDeps, 'docker'>,
): Promise<boolean> {
  return (await whyNotAvailable(image, deadline, deps)) === undefined;
}

/**
 * The node image that was asked for.
 *
 * @throws UsageError IMAGE_NOT_FOUND
 */
export async function requested(
  image: string,
  deadline: Deadline,
  deps: Pick<ProviderDeps, 'docker'>,
): Promise<string> {
  const refusal = await whyNotAvailable(image, deadline, deps);
  if (refusal === undefined) return image;
  throw new UsageError(
    'IMAGE_NOT_FOUND',
    `The node image ${image} is not in the engine, and its registry does not give it:\n${refusal}`,
    {
      hint:
        recognise(refusal)?.hint ??
        'Check the name, or leave --image out: podproof then finds or builds one.',
    },
  );
}

async function whyNotAvailable(
  image: string,
  deadline: Deadline,
  { docker }: Pick<ProviderDeps, 'docker'>,
): Promise<string | undefined> {
  if (await docker.images.has(image, deadline)) return undefined;
  const probe = Deadline.in(PROBE_MS, 'the image registry', deadline.signal);
  const refusal = await docker.images.registryRefusal(image, probe);
  // A silent registry is no registry; an interrupted run is something else.
  deadline.signal.throwIfAborted();
  return refusal;
}
