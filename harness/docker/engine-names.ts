import { SafetyError } from '../core/errors.ts';

/** What the daemon itself accepts as the name or id of a container (moby, daemon/names). */
const CONTAINER = /^[a-zA-Z0-9][\w.-]{0,254}$/;

/** `name[:tag][@digest]`, each part of the path beginning and ending with a letter or digit. */
const IMAGE =
  /^[a-zA-Z0-9](?:[\w.-]*[a-zA-Z0-9])?(?::\d+)?(?:\/[a-zA-Z0-9](?:[\w.-]*[a-zA-Z0-9])?)*(?::[\w.-]{1,128})?(?:@[\w:+.-]{1,256})?$/;

/**
 * A container's name that is safe in a path of the engine's API, where dockerode does not encode it: names of nodes
 * come from the cluster, and a privileged pod owns that.
 *
 * @throws SafetyError UNSAFE_NAME
 */
export function checkedContainer(name: string): string {
  if (CONTAINER.test(name)) return name;
  throw unsafe('container', name);
}

/**
 * The same for an image, whose name may have slashes but no `..`.
 *
 * @throws SafetyError UNSAFE_NAME
 */
export function checkedImage(reference: string): string {
  if (reference.length <= 512 && IMAGE.test(reference)) return reference;
  throw unsafe('image', reference);
}

function unsafe(what: string, name: string): SafetyError {
  return new SafetyError(
    'UNSAFE_NAME',
    `${JSON.stringify(name.slice(0, 200))} cannot be the name of a ${what}.`,
    {
      hint: 'It would address something else in the API of the engine.',
    },
  );
}
